import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import { lacksRoots, rootCertificates } from '../../src/cli/root-certificates.ts'
import { REGIONS } from '../../src/config/regions.ts'

it('knows for which regions the package has no root certificates', async () => {
  const names = Object.keys(REGIONS)
  const lacking = await Promise.all(names.map(async (name) => ((await lacksRoots(name, {})) ? [name] : [])))
  // A line that falls here may go: a newer package has it.
  expect(lacking.flat().sort()).toEqual([
    ...['ap-east-2', 'ap-southeast-5', 'ap-southeast-6', 'ap-southeast-7', 'ca-west-1', 'il-central-1'],
    ...['me-west-1', 'mx-central-1', 'sa-west-1'],
  ])
  expect(await lacksRoots('ca-west-1', { PGSSLROOTCERT: '/mine.pem' })).toBe(false)
})

it.each([
  ['mine.pem', resolve('mine.pem')],
  ['/etc/mine.pem', '/etc/mine.pem'],
  ['system', 'system'],
])("names the caller's own, %s, so that it is found from everywhere", async (PGSSLROOTCERT, path) => {
  expect((await rootCertificates({ PGSSLROOTCERT })).path).toBe(path)
})
