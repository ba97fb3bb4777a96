// Runs activitypub-testing (npm), a set of conformance tests, on an actor:
//   node conformance.mjs ACTOR-URL [COLLECTION...]
// An outcome that the tests call inapplicable or untested is neither passed nor failed, except for what every actor
// has, and the collections that the command line names.
import { ActorUrlTestRun } from 'activitypub-testing/test-actor';

const [actor, ...collections] = process.argv.slice(2);
const applicable = ['actor-must-serve-as2-object-to-get', 'actor-objects-must-have-inbox-outbox-properties',
  'outbox-must-be-an-orderedcollection', ...collections.map((c) => `${c}-collection-must-be-a-collection`)];
const outcomes = { passed: 0, failed: 0 };
const quiet = { ...console, debug() {}, log() {}, warn() {} };
for await (const a of new ActorUrlTestRun(new URL(actor), { console: quiet, eachTestTimeLimit: 'T10S' })) {
  const { outcome, info, pointer } = a.result;
  const name = a.test.slug ?? a.test.name;
  if (outcome === 'passed') console.log(`ok   ${name}`);
  else if (outcome === 'failed' || applicable.includes(name)) console.log(`FAIL ${name}: ${outcome}: ${info ?? JSON.stringify(pointer)}`);
  else console.log(`--   ${name}: ${outcome} (${info ?? ''})`);
  if (outcome === 'passed') outcomes.passed++;
  else if (outcome === 'failed' || applicable.includes(name)) outcomes.failed++;
}
console.log(`${outcomes.passed} passed, ${outcomes.failed} failed`);
process.exit(outcomes.failed ? 1 : 0);
