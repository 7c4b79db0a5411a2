const HIDDEN = '(not shown)'

/** Between a name and its value, in YAML, in JSON, and in JSON within JSON. */
const COLON = `\\\\?["']?\\s{0,20}:(?!\\s*\\(not shown|\\s*["']?arn:|//)\\s{0,20}`
/** A value: in quotes to their end, or a word. */
const WORD = `(?:"[^"\\n]+"?|'[^'\\n]+'?|[^\\s,;&]+)`
/** With a digit among its letters, or longer than words are. */
const ODD = `["']?(?:(?=[^\\s"']{0,200}\\d)[^\\s"']{0,200}[a-z]|[^\\s"']{24})`

/** What is a secret by its looks, wherever it stands. Each has at most one group: what comes before the secret. */
const SECRETS: readonly RegExp[] = [
  // Ids of AWS's keys, tokens of GitHub, GitLab, Slack and Stripe.
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b/g,
  /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abprs]-|[sr]k_live_)[\w-]{10,}/g,
  // A JSON web token, and keys in PEM, whole or cut off.
  /\beyJ[\w-]{8,4000}\.[\w-]{8,4000}\.[\w-]*/g,
  /-----BEGIN[\s\S]*?(?:-----END [A-Z ]*-----|$)/g,
  // https://user:password@host, https://token@host
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)(?:[^\s/@:]{0,200}:[^\s@]{0,500}|[^\s/@]{0,500})(?=@)/gi,
  // PASSWORD=hunter2, secret_key=…, and headers as they are signed.
  /((?:pass(?:word|wd|phrase)?|pwd|secret\w{0,20}|token|credentials?|signature|authorization|api[-_]?key|private[-_]?key)["']?\s*=(?!\s*\(not shown)\s*)[^\s,;&]+/gi,
  // password: hunter2. What follows a colon is often an ARN, which is none.
  new RegExp(
    `((?:pass(?:word|wd|phrase|code)|pwd|api[-_]?key|(?:private|secret)[-_]?(?:access[-_]?)?key|secret[-_]?string)${COLON})${WORD}`,
    'gi',
  ),
  // token: hunter2. Or prose, as in `ExpiredToken: The …` and `…:secret:rds!db-1`: only what looks like no word at all.
  new RegExp(`((?<!:)(?:pass|secret|token|credentials?|signature)${COLON})(?=${ODD})${WORD}`, 'gi'),
  // Authorization: Bearer …, Basic …; not `basic monitoring`.
  /(\b(?:[Bb]earer|BEARER)\s+)(?=[\w.~+/-]{0,200}(?:\d|[a-z][A-Z])|[\w.~+/-]{20})[\w.~+/-]{6,}=*/g,
  /(\b(?:[Bb]asic|BASIC)\s+)(?=[\w+/]{0,200}(?:[\d=]|[a-z][A-Z])|[\w+/]{24})[\w+/]{8,}={0,2}(?![\w-]|\.\w)/g,
  /((?:x-amz-security-token|authorization):(?!\s*\(not shown)\s*)[^\n]+/gi,
]

/** A text without the secrets that it may hold: people paste them where none belong, and logs are kept. */
export const discreet = (text: string): string =>
  SECRETS.reduce((told, pattern) => told.replace(pattern, (_, before: unknown) => hidden(before)), text)

const hidden = (before: unknown): string => (typeof before === 'string' ? `${before}${HIDDEN}` : HIDDEN)

const SECRET_NAME = /pass(?!ive)|pwd|secret|token|credential|auth|private|(?:access|api)[-_]?key/i
/** A word of its own as long as a secret key of AWS, and without the marks of a path, a name or a sentence. */
const RANDOM = /^(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9/+=]{40,}$/

/** Whether what is called so is a secret, whatever it is. */
export const isSecretName = (name: string): boolean => SECRET_NAME.test(name)

/** Whether a value should not be shown at all. */
export const isSecretValue = (value: string): boolean => RANDOM.test(value) || discreet(value) !== value
