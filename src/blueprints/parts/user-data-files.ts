import { IMAGES, named } from './user-data-names.ts'

/**
 * Mounts the shared files, encrypted on their way and as the server's role, now and at every boot.
 * The name of a new mount target is known some 90 s after the target itself (aws-behaviours.md 5.7), hence the patience;
 * a mount that hangs must not hold up what comes after it, nor a boot that it fails at (`nofail`).
 */
export const FILES = `FILE_SYSTEM=${named('fileSystem')}
ACCESS_POINT=${named('accessPoint')}
IMAGES="$ROOT${IMAGES}"

mount_images() {
  local delay
  for delay in 10 10 20 20 30 30 30 30; do
    if mountpoint -q "$IMAGES" || timeout 60 mount "$IMAGES"; then return 0; fi
    say "the shared files could not be mounted, trying again in $delay s"
    sleep "$delay"
  done
  timeout 60 mount "$IMAGES"
}

files() {
  step 'install the EFS mount helper'
  packages amazon-efs-utils

  step 'name the shared files in fstab'
  mkdir -p "$IMAGES"
  touch "$ROOT/etc/fstab"
  sed -i '\\|[[:space:]]${IMAGES}[[:space:]]|d' "$ROOT/etc/fstab"
  printf '%s:/ %s efs _netdev,nofail,tls,iam,accesspoint=%s 0 0\\n' \\
    "$FILE_SYSTEM" '${IMAGES}' "$ACCESS_POINT" >>"$ROOT/etc/fstab"
  systemctl daemon-reload

  step 'mount the shared files'
  mount_images
}
`
