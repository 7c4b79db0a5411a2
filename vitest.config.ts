import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

// The SDK is compiled once for all workers, and for what they start with a temporary folder of its own.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'node-compile-cache')

const emulator = [
  'test/e2e/**/*.test.ts',
  'test/resources/**/*.test.ts',
  'test/state/**/*.test.ts',
  'test/local/**/*.test.ts',
]

/** Two cores: what talks to an emulator runs in few files at once, so that time limits mean something. */
export default defineConfig({
  test: {
    maxWorkers: 3,
    projects: [
      { test: { name: 'architecture', include: ['test/architecture.test.ts'] } },
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/architecture.test.ts', ...emulator],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'emulator',
          include: emulator,
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
