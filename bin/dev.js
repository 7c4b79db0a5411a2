#!/usr/bin/env node
// Runs the sources as they are: Node strips the types. For work on the program itself.
import { execute } from '@oclif/core'

await execute({ development: true, dir: import.meta.url })
