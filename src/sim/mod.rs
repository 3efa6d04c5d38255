//! The discrete-event core: virtual time, the agenda, seeded randomness. It knows no Kubernetes.
