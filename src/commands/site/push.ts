import { Args, Flags } from '@oclif/core'
import { StackCommand } from '../../cli/stack-command.ts'

export default class SitePush extends StackCommand {
  static override summary = "Upload a site's files to the stack's assets bucket: only what has changed."
  static override description = `Files are compared by checksum. The web servers have them under /static/ a \
minute later. Uploading asks nothing: for 30 days the bucket keeps what it \
replaces and deletes, as earlier versions.

Browsers ask for pages (*.html) anew each time, keep for a year what has a \
hash of its content in its name (app.3f2a9c1b.js), and the rest for an hour.

Hidden files are never uploaded, except .well-known. Links out of the folder, \
files that may not be read, and what S3 does not take (files of more than \
5 GiB, names of more than 1024 bytes) are refused before any is uploaded.`
  static override examples = [
    { description: 'Upload what has changed', command: '<%= config.bin %> site push dist' },
    { description: 'See what would be done', command: '<%= config.bin %> site push dist --delete --dry-run' },
    {
      description: 'For a script: also remove what is not there any more',
      command: '<%= config.bin %> site push dist --delete --json | jq .uploaded',
    },
  ]
  static override args = {
    dir: Args.string({ required: true, description: 'the folder; its files get their names from here on' }),
  }
  static override flags = {
    delete: Flags.boolean({ description: 'delete from the bucket what is not in the folder', default: false }),
    'dry-run': Flags.boolean({ description: 'tell what would be done; no call that changes anything', default: false }),
  }

  async run(): Promise<object> {
    const { args, flags } = await this.parse(SitePush)
    const began = performance.now()
    // What is wrong with the folder is told before anybody is asked for credentials.
    const { readFolder } = await import('../../site/folder.ts')
    const folder = await readFolder(args.dir)
    const session = await this.session(flags)
    const { runSitePush } = await import('../../cli/site-run.ts')
    const wishes = { remove: flags.delete, dryRun: flags['dry-run'] }
    const done = await runSitePush(session, this.stage(flags.verbose, began), folder, wishes)
    this.log(done.text)
    this.leave(done.exit)
    return done.document
  }
}
