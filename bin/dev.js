#!/usr/bin/env node
// Runs the sources as they are: Node strips the types. For work on the program itself.
import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Config, Errors, flush, run } from '@oclif/core'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const own = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'))
const pjson = { ...own, oclif: { ...own.oclif, commands: './src/commands' } }

try {
  await run(process.argv.slice(2), await Config.load({ root, pjson, ignoreManifest: true }))
  await flush()
} catch (error) {
  await Errors.handle(error)
}
