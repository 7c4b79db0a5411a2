import { expect, test } from 'vitest'
import { saveConfig } from '../../src/config/save.ts'

test('a config that cannot be written is refused with what its command can do about it', () => {
  const save = (more: object) => () => saveConfig('/proc/none/ecom-infra.yaml', '', { overwrite: true, ...more })
  const refused = (hint: string) =>
    expect.objectContaining({ code: 'NotWritten', details: expect.objectContaining({ hint }) })
  expect(save({})).toThrow(refused('Give another place with --out FILE.'))
  expect(save({ hint: 'Let it be written.' })).toThrow(refused('Let it be written.'))
})
