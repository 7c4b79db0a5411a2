import { ENV_FILE } from './user-data-names.ts'
import { put } from './user-data-shell.ts'

const UNIT = 'ecom-infra-static'
const STATIC = '/var/www/static'

/**
 * Brings the folder in line with the bucket.
 * - Its times are the bucket's, so `--exact-timestamps` sees a file that has changed and kept its size; by itself the
 *   AWS CLI takes an older file here for the same.
 * - A oneshot is never started twice at a time, whoever starts it.
 * - It says nothing unless something is wrong: systemd's own two lines a minute (info) are dropped, its errors stay.
 * - It may write its folder and nothing else; the CLI wants a home, and gets one that goes with it.
 */
const service = (stack: string): string => `[Unit]
Description=Fetch the static files of ${stack} from their bucket
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
EnvironmentFile=${ENV_FILE}
Environment=HOME=/run/${UNIT}
RuntimeDirectory=${UNIT}
ExecStart=/usr/bin/aws s3 sync s3://\${ASSETS_BUCKET} ${STATIC} --delete --exact-timestamps --only-show-errors
TimeoutStartSec=30min
UMask=0022
Nice=10
SyslogLevel=err
LogLevelMax=notice
NoNewPrivileges=yes
PrivateTmp=yes
ProtectHome=yes
ProtectSystem=strict
ReadWritePaths=${STATIC}`

/** Systemd's timers are a minute late by default, to save power. */
const timer = (stack: string): string => `[Unit]
Description=Fetch the static files of ${stack} at boot and every minute

[Timer]
OnBootSec=5s
OnCalendar=*-*-* *:*:00
AccuracySec=1s

[Install]
WantedBy=timers.target`

/** The timer goes first: where the first fetch fails, a later one may not. */
export const staticFiles = (stack: string): string => `static_files() {
  step 'install the AWS CLI'
  packages awscli-2

  step 'fetch the static files every minute'
  mkdir -p "$ROOT${STATIC}"
  ${put(`/etc/systemd/system/${UNIT}.service`, service(stack))}
  ${put(`/etc/systemd/system/${UNIT}.timer`, timer(stack))}
  systemctl daemon-reload
  systemctl enable --now ${UNIT}.timer

  step 'fetch the static files'
  systemctl start ${UNIT}.service
}
`
