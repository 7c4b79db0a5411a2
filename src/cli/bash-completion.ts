/** What is said of a flag in oclif's manifest, as far as completion needs it. */
interface Flag {
  readonly type: 'boolean' | 'option'
  readonly char?: string | undefined
  readonly hidden?: boolean | undefined
}

interface Argument {
  readonly options?: readonly string[] | undefined
}

export interface CommandShape {
  /** `state:list`. */
  readonly id: string
  readonly hidden?: boolean | undefined
  readonly flags: Readonly<Record<string, Flag>>
  readonly args: Readonly<Record<string, Argument>>
}

/** A script for bash that completes commands, and flags wherever they stand. Where it knows nothing, bash offers files. */
export function bashCompletion(program: string, commands: readonly CommandShape[]): string {
  const shown = commands.filter(({ hidden }) => hidden !== true)
  const name = program.replaceAll('-', '_')
  const topics = Object.entries(childrenOf(shown)).map(([path, words]) => arm(path, { words }))
  return SCRIPT.replace('ARMS', [...topics, ...shown.map(armOf)].join('\n'))
    .replaceAll('NAME', name)
    .replaceAll('PROGRAM', program)
}

const pathOf = (id: string): string => id.replaceAll(':', ' ')

/** The words that may follow each topic; '' is the program itself. */
function childrenOf(commands: readonly CommandShape[]): Readonly<Record<string, readonly string[]>> {
  const children: Record<string, Set<string>> = {}
  for (const { id } of commands) {
    const words = id.split(':')
    for (const [index, word] of words.entries()) {
      const topic = words.slice(0, index).join(' ')
      children[topic] ??= new Set()
      children[topic].add(word)
    }
  }
  return Object.fromEntries(Object.entries(children).map(([topic, words]) => [topic, [...words].sort()]))
}

interface Known {
  readonly words?: readonly string[]
  readonly flags?: readonly string[]
  readonly valued?: readonly string[]
}

const arm = (path: string, { words = [], flags = [], valued = [] }: Known): string =>
  `    '${path}') words='${words.join(' ')}' flags='${flags.join(' ')}' valued='${valued.join(' ')}' ;;`

function armOf(command: CommandShape): string {
  const visible = Object.entries(command.flags).filter(([, { hidden }]) => hidden !== true)
  const flags = [...visible.map(([flag]) => `--${flag}`), '--help']
  const valued = visible.flatMap(([flag, { type, char }]) =>
    type === 'boolean' ? [] : [`--${flag}`, ...(char === undefined ? [] : [`-${char}`])],
  )
  const args = Object.values(command.args)
  // A command without arguments can only go on with a flag; with them, what is wanted is a file more often than not.
  const words = args.length === 0 ? flags : args.flatMap(({ options = [] }) => options)
  return arm(pathOf(command.id), { words, flags, valued })
}

/** As old as macOS's bash 3.2 understands it. */
const SCRIPT = `# Completes PROGRAM in bash. Written by \`PROGRAM autocomplete bash\`: run that again after an update.
_NAME_known() {
  words='' flags='' valued=''
  case $1 in
ARMS
    *) return 1 ;;
  esac
}

_NAME_complete() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  local IFS=$' \\t\\n' command='' words flags valued next i
  for ((i = 1; i < COMP_CWORD; i++)); do
    # What follows is for another program.
    if [[ \${COMP_WORDS[i]} == -- ]]; then return; fi
    next="\${command:+$command }\${COMP_WORDS[i]}"
    # Its words are those of a command.
    if [[ $next == help ]]; then continue; fi
    if _NAME_known "$next"; then command=$next; fi
  done
  _NAME_known "$command"
  # The value of a flag is a file, or nothing that is known here.
  if [[ " $valued " == *" $previous "* ]]; then return; fi
  if [[ $current == -* ]]; then words=$flags; fi
  # shellcheck disable=SC2207 # bash 3.2 has no mapfile
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -o bashdefault -o default -F _NAME_complete PROGRAM
`
