//! kubesets: a Kubernetes cluster that runs in a browser tab, made for understanding `StatefulSet`s and
//! `DaemonSet`s.
//!
//! Data flows one way. Six sentences hold it together:
//! 1. Only [`apiserver`] changes objects; everyone else sends a `Request`.
//! 2. Controllers, scheduler and kubelets read only their caches, never the store.
//! 3. A policy is a pure function from what is seen to a plan and a verdict.
//! 4. One `Cluster::step()` takes one wakeup off the agenda and runs it to completion: no threads, no wall
//!    clock.
//! 5. kubectl is a client like any other; a command that blocks is woken by the agenda.
//! 6. The page is a pure function of a snapshot.
//!
//! Read in this order: [`sim`], [`api`], [`apiserver`], [`client`], [`controllers`], [`scheduler`],
//! [`kubectl`].

pub mod collections;
pub mod base64;
pub mod sim;
pub mod shell;
pub mod api;
pub mod apiserver;
pub mod client;
pub mod controllers;
pub mod scheduler;
pub mod kubelet;
pub mod kubectl;
pub mod containers;
pub mod cluster;
pub mod ui;
pub mod recording;
pub mod transcript;
pub mod explore;
