import { defineConfig } from 'vitest/config'

/** What `npm test` does on a small scale, whole, and one after the other: nothing else is to have the processors. */
export default defineConfig({
  test: {
    include: ['test/tunnel/transfer.test.ts', 'test/tunnel/recovery.test.ts'],
    env: { ECOM_INFRA_TUNNEL_GB: '4' },
    fileParallelism: false,
    testTimeout: 20_000,
  },
})
