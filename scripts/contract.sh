#!/usr/bin/env bash
# Checks the fake Okta org against what others wrote: Okta's SDKs for Node and Python, recorded exchanges with a real org, and Prism
# as a checking proxy with Okta's description of its API.
#
#   scripts/contract.sh               all of it
#   scripts/contract.sh node python   only these: node, python, recorded, prism, client
#
# Recorded exchanges and the description are no part of this repository. They are looked for in ../shared/okta, or in the folder that
# CLARION_OKTA_REFERENCE names; what is skipped without them is said. Packages are installed into the target folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target/contract"
target=$(cd "$target" && pwd)
work=$target/contract
reference=${CLARION_OKTA_REFERENCE:-../shared/okta}
[ -d "$reference" ] && reference=$(cd "$reference" && pwd)
client_tests=(an_org_is_probed a_secret_that_is_rotated tokens_that_were_revoked a_scope_that_is_missing the_log_is_polled
    a_hook_lives users_are_found a_safe_suspension)
client_tests=("${client_tests[@]/#/okta::fake::}")
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(node python recorded prism client)
skipped=()

say() { echo "contract: $*"; }

scripts/prepare.sh contract
cargo build --locked --quiet
export CLARION=$target/debug/clarion

# Installs packages again only where what is wanted has changed.
install_node() {
    if ! cmp -s tests/contract/package-lock.json "$work/installed-lock.json"; then
        say "installing Okta's SDK for Node and Prism into $work"
        cp tests/contract/package.json tests/contract/package-lock.json "$work/"
        (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
        cp tests/contract/package-lock.json "$work/installed-lock.json"
    fi
    cp tests/contract/*.mjs "$work/"
}

install_python() {
    cmp -s tests/contract/requirements.txt "$work/installed-requirements.txt" && return
    say "installing Okta's SDK for Python into $work"
    [ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
    "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check -r tests/contract/requirements.txt
    cp tests/contract/requirements.txt "$work/installed-requirements.txt"
}

for step in "${steps[@]}"; do
    case $step in
    node)
        install_node
        (cd "$work" && node node_sdk.mjs)
        ;;
    python)
        install_python
        "$work/venv/bin/python" tests/contract/python_sdk.py
        ;;
    recorded)
        if [ -d "$reference/recorded" ]; then
            python3 tests/contract/recorded.py "$reference/recorded"
        else
            skipped+=("the recorded exchanges: there is no $reference/recorded")
        fi
        ;;
    prism)
        if [ -f "$reference/openapi-subset.yaml" ]; then
            install_node
            (cd "$work" && node prism.mjs "$reference/openapi-subset.yaml")
        else
            skipped+=("Prism: there is no $reference/openapi-subset.yaml")
        fi
        ;;
    client)
        # Tests that stand behind the proxy where CLARION_OKTA_FRONT says so: a plain client's, and those of our own client in which the
        # org does as Okta does. Where it is told to break off or to answer nonsense, the proxy would rightly object.
        # CLARION_CONTRACT_TESTS names others.
        read -r -a tests <<<"${CLARION_CONTRACT_TESTS:-okta_front:: ${client_tests[*]}}"
        if [ ! -f "$reference/openapi-subset.yaml" ]; then
            skipped+=("the client's test-suite through Prism: there is no $reference/openapi-subset.yaml")
        else
            install_node
            root=$PWD
            (cd "$work" && node prism.mjs "$reference/openapi-subset.yaml" \
                cargo test --manifest-path "$root/Cargo.toml" --locked --quiet --test it -- --test-threads=1 "${tests[@]}")
        fi
        ;;
    *)
        say "there is no step \`$step\`: node, python, recorded, prism, client"
        exit 2
        ;;
    esac
done

for what in ${skipped[@]+"${skipped[@]}"}; do
    say "SKIPPED $what"
done
say "done"
