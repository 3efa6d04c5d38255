# Sourced by the scripts beside it: says, then installs, what is missing. Each `need_…` is quick when nothing is.
# Works as root or with sudo, on Debian and its relatives; elsewhere it says what to install by hand.

# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
export TRUNK_SKIP_VERSION_CHECK=true
# Trunk takes NO_COLOR only as true or false.
[ -z "${NO_COLOR:-}" ] || export NO_COLOR=true

TRUNK_VERSION=0.21.14 # the newest that builds with the Rust version of Cargo.toml

say() { printf '\n\033[1m==> %s\033[0m\n' "$*"; }
fail() { printf '\n%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else fail "This needs root, and sudo is missing. Run as root: $*"
  fi
}

# need_apt REASON PACKAGE…
need_apt() {
  local reason=$1
  shift
  have apt-get || fail "Please install $* ($reason); this script can do it only where apt-get exists."
  say "Installing with apt-get: $* ($reason)"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

need_rust() {
  have cargo || fail "Rust is missing. Install rustup from https://rustup.rs, then run this again."
  have cc || need_apt "the linker Rust uses" build-essential
  if have rustup; then
    local target installed
    installed=$(rustup target list --installed)
    for target in "$@"; do
      grep -qx "$target" <<<"$installed" && continue
      say "Installing the Rust target $target (rustup)"
      rustup target add "$target"
    done
  fi
}

need_rust_components() {
  have rustup || return 0
  local component installed
  installed=$(rustup component list --installed)
  for component in "$@"; do
    grep -q "^$component" <<<"$installed" && continue
    say "Installing the Rust component $component (rustup)"
    rustup component add "$component"
  done
}

# need_crate COMMAND CRATE VERSION [cargo install's arguments…]
need_crate() {
  local command=$1 crate=$2 version=$3
  shift 3
  if have "$command" && grep -qwF "$version" <<<"$("$command" --version 2>/dev/null)"; then return; fi
  if have cargo-binstall; then
    say "Installing $crate $version (cargo binstall)"
    cargo binstall --no-confirm --force "$crate@$version" && return
  fi
  say "Installing $crate $version from source (cargo install; this takes some minutes, once)"
  cargo install "$crate" --version "$version" --force "$@"
}

locked_version() { # the version of a crate in Cargo.lock
  awk -v name="$1" '$1 == "name" { found = ($3 == "\"" name "\"") } found && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' Cargo.lock
}

need_wasm_tools() {
  need_rust wasm32-unknown-unknown
  # The command must be of the same version as the crate. Its own lock file is left aside: it can name yanked crates.
  need_crate wasm-bindgen wasm-bindgen-cli "$(locked_version wasm-bindgen)"
  need_crate trunk trunk "$TRUNK_VERSION" --locked
}

need_npm_packages() {
  if ! have node || ! have npm; then need_apt "the manifest editor and wasm-opt come from npm" nodejs npm; fi
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 18 ] || fail "node $major is too old: 18 or newer is needed."
  # npm writes this file; it is as new as the last complete installation.
  if [ -f node_modules/.package-lock.json ] && [ ! package-lock.json -nt node_modules/.package-lock.json ]; then return; fi
  say "Installing the npm packages of package-lock.json into node_modules (npm ci)"
  npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
  touch node_modules/.package-lock.json
}

need_browser() {
  if [ -z "${CHROMIUM:-}" ]; then
    CHROMIUM=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
  fi
  if [ -z "$CHROMIUM" ] || ! have chromedriver; then
    need_apt "the browser tests run in it" chromium chromium-driver fonts-dejavu-core
    CHROMIUM=${CHROMIUM:-$(command -v chromium)}
  fi
  CHROMEDRIVER=${CHROMEDRIVER:-$(command -v chromedriver)}
  export CHROMIUM CHROMEDRIVER
}
