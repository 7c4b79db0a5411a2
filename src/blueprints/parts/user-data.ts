import { fill } from '../../engine/fill.ts'
import type { Text } from '../../engine/ref.ts'
import { FILES } from './user-data-files.ts'
import { type Names, writeNames } from './user-data-names.ts'
import { webServer } from './user-data-nginx.ts'
import { PRELUDE, put, quote } from './user-data-shell.ts'
import { staticFiles } from './user-data-static.ts'

/** What the script of a web server must know of its stack. */
export interface WebUserData {
  readonly stack: string
  readonly region: string
  readonly logGroups: { readonly access: string; readonly error: string; readonly system: string }
  /**
   * The groups' own, set where they are made. It stays out of the script on purpose: an agent that sets it
   * would undo ours, and a changed retention must not replace the servers.
   */
  readonly retentionDays: number
  /** What the servers work with. */
  readonly names: Names
}

/**
 * The user data of an Amazon Linux 2023 web server: a shell script, not yet base64.
 * The web server comes first, and what only observes it comes last and may fail without it.
 */
export function webUserData(options: WebUserData): Text {
  const { stack, names } = options
  const parts = [webServer(stack), writeNames(options), FILES, staticFiles(stack), observation(options)]
  return fill([PRELUDE, ...parts, run(options)].join('\n'), { ...names })
}

/** rsyslog, because Amazon Linux 2023 has nothing but the journal, and the agent ships files. */
function observation(options: WebUserData): string {
  return `observation() {
  step 'install the CloudWatch agent'
  packages amazon-cloudwatch-agent rsyslog

  step 'start the system log'
  systemctl enable --now rsyslog

  step 'write the CloudWatch agent configuration'
  ${put(AGENT_CONFIG, JSON.stringify(agentConfig(options), null, 2))}

  step 'start the CloudWatch agent'
  "$ROOT/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl" \\
    -a fetch-config -m ec2 -s -c "file:$ROOT${AGENT_CONFIG}"
}
`
}

/** A name of ours: the agent's control program deletes `amazon-cloudwatch-agent.json`, beside it, once it is read. */
const AGENT_CONFIG = '/opt/aws/amazon-cloudwatch-agent/etc/ecom-infra.json'

/**
 * As root, since nobody else may read the system log. Memory is shown per instance, and once over all of the
 * stack: the empty list of dimensions. (By Auto Scaling group would need ec2:DescribeTags, and send nothing without.)
 */
function agentConfig({ stack, region, logGroups }: WebUserData): object {
  const ship = (file: string, group: string, time?: string) => ({
    file_path: file,
    log_group_name: group,
    log_stream_name: '{instance_id}',
    ...(time === undefined ? {} : { timestamp_format: time }),
  })
  return {
    agent: { run_as_user: 'root', region, metrics_collection_interval: 60 },
    metrics: {
      namespace: `EcomInfra/${stack}`,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the agent's own placeholder
      append_dimensions: { InstanceId: '${aws:InstanceId}' },
      aggregation_dimensions: [[]],
      metrics_collected: { mem: { measurement: ['mem_used_percent'] } },
    },
    logs: {
      logs_collected: {
        files: {
          collect_list: [
            ship('/var/log/nginx/access.log', logGroups.access, '%d/%b/%Y:%H:%M:%S %z'),
            ship('/var/log/nginx/error.log', logGroups.error, '%Y/%m/%d %H:%M:%S'),
            ship('/var/log/messages', logGroups.system),
          ],
        },
      },
    },
  }
}

/** cloud-init shows on the console what the script prints. */
function run({ stack, region }: WebUserData): string {
  return `main() {
  trap ended EXIT
  say ${quote(`Setting up a web server of ${stack} in ${region}`)}
  web_server
  names
  optional files
  optional static_files
  optional observation
  trap - EXIT
  if [ -n "$INCOMPLETE" ]; then
    say 'The web server runs, but not everything around it does: see the failed step above'
    return 1
  fi
  say 'Done'
}

mkdir -p "$ROOT/var/log"
main 2>&1 | tee -a "$LOG"
`
}
