// Runs activitypub-testing (npm), a set of conformance tests, on an actor:
//   node conformance.mjs ACTOR-URL
// An outcome that the tests call inapplicable or untested is neither passed nor failed.
import { ActorUrlTestRun } from 'activitypub-testing/test-actor';

const outcomes = { passed: 0, failed: 0 };
const quiet = { ...console, debug() {}, log() {}, warn() {} };
for await (const a of new ActorUrlTestRun(new URL(process.argv[2]), { console: quiet, eachTestTimeLimit: 'T10S' })) {
  const { outcome, info, pointer } = a.result;
  const name = a.test.slug ?? a.test.name;
  if (outcome === 'passed') console.log(`ok   ${name}`);
  else if (outcome === 'failed') console.log(`FAIL ${name}: ${info ?? JSON.stringify(pointer)}`);
  else console.log(`--   ${name}: ${outcome} (${info ?? ''})`);
  if (outcome in outcomes) outcomes[outcome]++;
}
console.log(`${outcomes.passed} passed, ${outcomes.failed} failed`);
process.exit(outcomes.failed ? 1 : 0);
