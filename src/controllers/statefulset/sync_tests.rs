//! Syncs against a real API server.
