import { afterEach, describe, expect, test, vi } from 'vitest'
import { needs } from './needs.ts'

describe('a program that is missing', () => {
  const need = { program: 'no-such-program', debian: 'no-such-package' }
  const remedy = 'no-such-program is not installed. Run: sudo apt-get install -y no-such-package'
  afterEach(() => {
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  })

  test('skips its test aloud', () => {
    vi.stubEnv('CI', '')
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const skip = vi.fn(() => {
      throw new Error('skipped')
    })
    expect(() => needs({ skip }, need)).toThrow('skipped')
    expect(warn).toHaveBeenCalledWith(`SKIPPED: ${remedy}`)
  })

  test('fails its test under CI', () => {
    vi.stubEnv('CI', 'true')
    expect(() => needs({ skip: vi.fn<() => never>() }, need)).toThrow(remedy)
  })
})
