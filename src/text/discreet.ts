const HIDDEN = '(not shown)'

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
