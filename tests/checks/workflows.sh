#!/usr/bin/env bash
# The workflows in .github are what GitHub reads: parsed by its own parser, @actions/workflow-parser,
# which npm brings, once, into build/deps/workflows. Every action is named by its commit, and a wrong
# workflow is found.
#
#   tests/checks/workflows.sh      exit code 77, which is no failure: npm is not here, or cannot bring it
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
. "$root/install/common.sh"

packages=(@actions/workflow-parser@0.3.61 @actions/expressions@0.3.61 cronstrue@2.61.0 yaml@2.9.1)
sums='220fad5c42ef4e396ac500160509cb367d9d3e936b68b31d4a74febc3cc33e626d6cd5212001ff67d9154fca59f14b498bdbd41acf21c0713c2452666ce9cb10  actions-expressions-0.3.61.tgz
3418c9adbc30ac43772d23743402122e909640b70f4818e600890b5c7823197f18aa5e0f883df789f480bebf6c20c53db88b3cc19886527be8f723c83087ca76  actions-workflow-parser-0.3.61.tgz
a28b4de5bbd76c8408f6b5bde3e42c5cde5e44eb575b07b0e8d91d1b1211a52fd415646080bd06e4097b6bd19304512cbaf5612762b70a7b48215b7b2f620b84  cronstrue-2.61.0.tgz
dcdc4df3eefc39dcdb4fb0bf5a31acc9f3c0b4968ddc5343b16c6fed8ee6703b13fe83a6816f01a72410145067bd91378fd63649dcf550b14b7b32fb11bdb217  yaml-2.9.1.tgz'
parser=$shmb_build/deps/workflows

unpack() {
    local name folder
    for name in actions-workflow-parser actions-expressions cronstrue yaml; do
        folder=node_modules/${name/actions-/@actions/}
        mkdir -p "$folder" && tar -xzf "$name"-[0-9]*.tgz --strip-components=1 -C "$folder" && rm "$name"-*.tgz || return 1
    done
    # Node.js 20 wants an attribute where JSON is imported.
    find node_modules/@actions -name '*.js' -exec \
        sed -i -E 's/^(import [A-Za-z]+ from "[^"]*\.json");$/\1 with { type: "json" };/' {} +
}

fetch() {
    local new
    [ ! -e "$parser" ] || return 0
    command -v npm >/dev/null && command -v node >/dev/null || { echo 'Node.js with npm is not here'; return 77; }
    mkdir -p "$shmb_build/deps"
    new=$(mktemp -d "$shmb_build/deps/.new.XXXXXX") || return 1
    # Without a network it would try for a quarter of an hour.
    if ! (cd "$new" && timeout 120 npm pack --silent "${packages[@]}" >/dev/null); then
        rm -rf "$new"
        echo "npm cannot bring ${packages[*]}"
        return 77
    fi
    (cd "$new" && sha512sum --quiet -c <<<"$sums" && unpack) && mv -T "$new" "$parser" || { rm -rf "$new"; return 1; }
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
locked fetch || exit
ln -s "$parser/node_modules" "$work/node_modules" || exit 1
cat >"$work/check.mjs" <<'JS'
import { readFileSync } from "fs";
import { parseWorkflow, convertWorkflowTemplate, NoOperationTraceWriter } from "@actions/workflow-parser";
let wrong = 0;
for (const name of process.argv.slice(2)) {
  const parsed = parseWorkflow({ name, content: readFileSync(name, "utf8") }, new NoOperationTraceWriter());
  let found = parsed.context.errors.getErrors().map(error => error.message);
  if (!found.length) {
    const template = await convertWorkflowTemplate(parsed.context, parsed.value);
    found = (template.errors ?? []).map(error => error.Message);
    if (!found.length && !template.jobs?.length) found = [name + ": no jobs"];
  }
  found.forEach(text => console.log(text));
  wrong += found.length;
}
process.exit(wrong ? 1 : 0);
JS
check() {
    node "$work/check.mjs" "$@"
}

cd "$root/.github/workflows" || exit 1
check ./*.yml || exit 1
if grep -nE '^ *(- )?uses:' ./*.yml | grep -vE 'uses: [a-z/-]+@[0-9a-f]{40} # v[0-9.]+$'; then
    echo 'name these actions by their commit'
    exit 1
fi
for change in 's/^permissions:/permisions:/' 's/needs: \[packages/needs: [pakages/' 's/runs-on: windows.*//' \
    's/github\.repository/github.repository(/'; do
    sed "$change" release.yml >"$work/wrong.yml"
    ! cmp -s release.yml "$work/wrong.yml" || { echo "nothing to change by $change"; exit 1; }
    ! check "$work/wrong.yml" >/dev/null || { echo "not found: $change"; exit 1; }
done
