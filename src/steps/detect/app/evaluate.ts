import type { SourceTree } from '../../../python/source/tree.ts'
import { dotted, type CallValue, type Value } from '../../../python/source/value.ts'
import { callThing } from './call.ts'
import { memberOf } from './member.ts'
import { createMemory, followBody, followName, followOnce, followValue } from './memory.ts'
import { first, lookUpModule, lookUpName } from './names.ts'
import type { Env, Evaluator, Thing } from './thing.ts'

/** Follows values to the app they are, through names, imports, calls, factories, classes and wrappers. Nothing is run. */
export function createEvaluator(tree: SourceTree, major: (distribution: string) => number | null): Evaluator {
  const memory = createMemory()
  const evaluator: Evaluator = {
    tree,
    major,
    memory,
    name: (file, name) => followName(memory, `${file}:${name}`, () => lookUpModule(evaluator, file, name)),
    value: (value, env, before = env.before) =>
      followValue(memory, () => evaluate(evaluator, value, before === env.before ? env : { ...env, before })),
    enter: (body, make) => followBody(memory, body, make),
    once: (key, make) => followOnce(memory, key, make),
    call: (callee, call, env) => callThing(evaluator, callee, call, env),
    member: (owner, name) => memberOf(evaluator, owner, name),
  }
  return evaluator
}

function evaluate(evaluator: Evaluator, value: Value, env: Env): Thing | null {
  switch (value.kind) {
    case 'name':
      return lookUpName(evaluator, value.name, env)
    case 'attribute': {
      const owner = evaluator.value(value.of, env)
      return owner ? evaluator.member(owner, value.name) : unknownMember(evaluator, value.name, env)
    }
    case 'call':
      return evaluateCall(evaluator, value, env)
    case 'await':
      return evaluator.value(value.of, env)
    case 'either':
      return first(value.options.map(option => () => evaluator.value(option, env)))
    case 'sequence':
      return { kind: 'sequence', items: value.items, env }
    case 'lambda':
      return evaluateLambda(value, env)
    default:
      return null
  }
}

function evaluateCall(evaluator: Evaluator, value: CallValue, env: Env): Thing | null {
  if (dotted(value.callee) === 'getattr') {
    const [of, name] = value.args
    const owner = of ? evaluator.value(of, env) : null
    return owner && name?.kind === 'string' ? evaluator.member(owner, name.text) : null
  }
  const callee = evaluator.value(value.callee, env)
  return callee ? evaluator.call(callee, value, env) : null
}

/** A lambda is a function whose body is one return. */
function evaluateLambda({ parameters, body, line }: Extract<Value, { kind: 'lambda' }>, env: Env): Thing {
  const rest = { name: '<lambda>', async: false, parameters, returns: null, decorators: [], line }
  const statement = { kind: 'function', ...rest, body: [{ kind: 'return', value: body, line }] } as const
  return { kind: 'function', file: env.file, env, self: null, statement }
}

/** Pyramid's `config.make_wsgi_app()` on a parameter nobody can tell the type of. */
function unknownMember(evaluator: Evaluator, name: string, env: Env): Thing | null {
  const telling = name === 'make_wsgi_app' && /\bpyramid\b/.test(evaluator.tree.text(env.file))
  return telling ? { kind: 'external', name: `pyramid.config.Configurator.${name}`, made: true } : null
}
