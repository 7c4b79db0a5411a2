import { z } from 'zod'

/** What a field may hold, in the words that a refusal ends with. */
export const limits = z.registry<{ readonly allowed: string }>()

/** CloudWatch Logs accepts these and no other. */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
]

/** How often enhanced monitoring measures; 0 is never. */
export const MONITORING_SECONDS: readonly number[] = [0, 1, 5, 10, 15, 30, 60]

/** AWS counts fifty a resource; ours and those that AWS's services add have the rest. */
export const MAX_TAGS = 40

/** A network ACL holds twenty rules, and four are spoken for. */
export const MAX_SSH_CIDRS = 16

/** Everything a field says of itself: `about` becomes the comment in a written config, both go into the JSON schema. */
export function explain<S extends z.ZodType>(schema: S, about: string, allowed: string): S {
  const explained = schema.describe(about)
  limits.add(explained, { allowed })
  return explained
}

interface Form {
  readonly about: string
  readonly allowed: string
  readonly pattern: RegExp
  /** What a value of another form is told. */
  readonly complaint: string
}

/** Text of one form. */
function form({ about, allowed, pattern, complaint }: Form) {
  return explain(z.string().regex(pattern, complaint), about, allowed)
}

export function text(about: string, allowed: string) {
  return explain(z.string(), about, allowed)
}

export function whole(about: string, min: number, max: number) {
  return explain(z.int().min(min).max(max), about, `${min} to ${max}`)
}

export function yesNo(about: string) {
  return explain(z.boolean(), about, 'true or false')
}

export function oneOf<const T extends readonly [string, ...string[]]>(about: string, words: T) {
  return explain(z.enum(words), about, words.join(', '))
}

/** What is wrong with a number that is none of these is said by a rule, which knows the nearest. */
export function oneNumberOf(about: string, numbers: readonly number[]) {
  return explain(z.int().meta({ enum: numbers }), about, `one of ${numbers.join(', ')}`)
}

export const name = form({
  about: "goes into every resource's name",
  allowed: '2-20 of a-z 0-9 and single inner hyphens, starting with a letter; not sg, internal, sg-…, internal-…',
  pattern: /^(?=.{2,20}$)(?!(?:sg|internal)(?:-|$))[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
  complaint: 'is not a valid name',
})

export const environment = form({
  about: 'which one of several: dev, test, prod',
  allowed: '2-10 of a-z 0-9',
  pattern: /^[a-z0-9]{2,10}$/,
  complaint: 'is not a valid environment',
})

export function instanceType(about: string) {
  return form({
    about,
    allowed: 'a type of EC2 instance, for example t3.micro',
    pattern: /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.(?:nano|micro|small|medium|large|[0-9]*xlarge|metal(?:-[0-9]+xl)?)$/,
    complaint: 'is not an instance type',
  })
}

export const certificateArn = form({
  about: 'with an ACM certificate: HTTPS, and a redirect from 80',
  allowed: "null, or the ARN of an ACM certificate in the stack's region: arn:aws:acm:REGION:ACCOUNT:certificate/ID",
  pattern: /^arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate\/[A-Za-z0-9-]{1,64}$/,
  complaint: 'is not the ARN of an ACM certificate',
})

export const instanceClass = form({
  about: 'what the database runs on',
  allowed: 'a class of RDS instance, for example db.t3.micro',
  pattern: /^db\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*\.(?:micro|small|medium|large|[0-9]*xlarge)$/,
  complaint: 'is not a database instance class',
})

export const engineVersion = form({
  about: 'PostgreSQL; a major version alone takes its newest minor',
  allowed: 'a version of PostgreSQL from 13 on, in quotes: "16" or "16.8"',
  pattern: /^(?:1[3-9]|[2-9][0-9])(?:\.[0-9]{1,2})?$/,
  complaint: 'is not a version of PostgreSQL that RDS offers',
})

const HOUR = '(?:[01][0-9]|2[0-3]):[0-5][0-9]'
const DAY = '(?:mon|tue|wed|thu|fri|sat|sun)'

export const backupWindow = form({
  about: 'when the daily backup is taken, in UTC',
  allowed: 'hh:mm-hh:mm in UTC, 30 minutes or more, for example 03:00-04:00',
  pattern: new RegExp(`^${HOUR}-${HOUR}$`),
  complaint: 'is not a daily window',
})

export const maintenanceWindow = form({
  about: 'when AWS may change and restart the database, in UTC',
  allowed: 'ddd:hh:mm-ddd:hh:mm in UTC and small letters, 30 minutes or more, for example sun:04:30-sun:05:30',
  pattern: new RegExp(`^${DAY}:${HOUR}-${DAY}:${HOUR}$`),
  complaint: 'is not a weekly window',
})

/** What SNS takes: plain letters, no dot at an end or beside another, a domain with a dot in it. */
const EMAIL =
  /^(?=.{3,254}$)(?=.{1,64}@)[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]$/

export const alarmEmail = form({
  about: 'who hears of alarms; null is nobody',
  allowed: 'null, or one e-mail address, for example ops@example.com',
  pattern: EMAIL,
  complaint: 'is not an e-mail address',
})

export const repository = form({
  about: 'the repository, with source: github',
  allowed: 'null, or owner/name',
  pattern: /^[A-Za-z0-9-]{1,39}\/[A-Za-z0-9._-]{1,100}$/,
  complaint: 'is not a repository',
})

export const branch = form({
  about: 'the branch that is released, with source: github',
  allowed: 'the name of a branch: up to 255 letters, digits and . _ / + @ # -',
  pattern: /^(?![-./])[\w./+@#-]{1,255}$/,
  complaint: 'is not the name of a branch',
})

export const connectionArn = form({
  about: 'the CodeConnections connection to it, with source: github',
  allowed: 'null, or the ARN of a connection: arn:aws:codeconnections:REGION:ACCOUNT:connection/ID',
  pattern: /^arn:aws[a-z-]*:(?:codeconnections|codestar-connections):[a-z0-9-]+:[0-9]{12}:connection\/[a-f0-9-]{36}$/,
  complaint: 'is not the ARN of a connection',
})
