// Judges people with zen-engine. Each line in is a request, each line out its answer:
//   {"model": ..., "idle": ..., "people": [...]}  what the model makes of each of the people
//   {"times": 1000, "idle": false}                the processor time that so many of them take, one call each, in nanoseconds
// The processor time is that of this whole process, for the engine works on threads of its own.
import { createInterface } from 'node:readline';
import { ZenDecisionContent, ZenEngine } from '@gorules/zen-engine';

const engine = new ZenEngine();
let people, model, idle;

// compile gives the form that the engine compiles once. From plain JSON it would compile every expression at every call.
const compile = (graph) => engine.createDecision(new ZenDecisionContent(graph));

async function open(request) {
  people = request.people;
  model = compile(request.model);
  idle = compile(request.idle);
  const judged = [];
  for (const person of people) judged.push((await model.evaluate(person)).result);
  return judged;
}

async function measure(request) {
  const decision = request.idle ? idle : model;
  const begun = process.cpuUsage();
  for (let n = 0; n < request.times; n++) await decision.evaluate(people[n % people.length]);
  const { user, system } = process.cpuUsage(begun);
  return (user + system) * 1000;
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  console.log(JSON.stringify(await ('model' in request ? open(request) : measure(request))));
}
