import { describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/config/problem.ts'
import { FLAGS, OWN, REVIEW, SUGGESTED, somebody, times } from './wizard/person.ts'

describe('the wizard', () => {
  test('Enter all the way gives what was suggested, oneself let in, and all defaults', async () => {
    const person = somebody()
    const config = person.ask()
    await person.enter({})
    await person.answer(REVIEW)
    expect(await config).toMatchObject({
      ...SUGGESTED,
      network: { cidr: '10.20.0.0/16', availabilityZones: 2, nat: 'single' },
      access: { sshCidrs: [`${OWN}/32`], allowWorldSsh: false },
      web: { instanceType: 't3.micro', placement: 'public', minSize: 1, maxSize: 2 },
      database: { instanceClass: 'db.t3.micro', storageGb: 20, backupRetentionDays: 7 },
      monitoring: { alarmEmail: null },
    })
    expect(person.said).toContain('Enter takes what is suggested')
    expect(person.said).not.toContain('public address')
  })

  test('shows which blueprints there will be, and lets none of them be taken', async () => {
    const person = somebody()
    const config = person.ask({ name: 'shop', environment: 'dev', region: 'us-east-1' })
    await person.shows('Blueprint')
    expect(person.screen).toContain('three-tier (not in this version)')
    await person.answer('Blueprint', 'down')
    await person.shows('This one is not in this version.')
    await person.answer('Blueprint', 'up')
    await person.enter({ given: FLAGS })
    await person.answer(REVIEW)
    expect((await config).blueprint).toBe('ecommerce')
  })

  test('a wrong flag is refused before the first question', async () => {
    const person = somebody()
    await expect(person.ask({ region: 'mars' })).rejects.toBeInstanceOf(ConfigError)
    expect(person.said).toBe('')
  })

  test('a region of the shell that is none is not offered', async () => {
    const person = somebody()
    const given = { blueprint: 'ecommerce', name: 'shop', environment: 'dev' }
    const config = person.ask(given, { region: 'mars' })
    await person.enter({ given })
    await person.answer(REVIEW)
    expect((await config).region).toBe('us-east-1')
  })

  test('a region that is typed is taken when there is one, and nothing else instead of it', async () => {
    const person = somebody()
    const given = { blueprint: 'ecommerce', name: 'shop', environment: 'dev' }
    const config = person.ask(given)
    await person.answer('Region', 'mars-1')
    await person.shows('Nothing in the list has "mars-1" in it.')
    await person.press('mars-1', ...times(6, 'backspace'), 'sao')
    await person.shows(/❯ sa-east-1 +São Paulo$/m)
    // Down and up again; what is left of the list has an end.
    await person.press('Region', ...times(3, 'backspace'), 'eu-', 'down', 'down', 'up')
    await person.shows(/❯ eu-central-2/)
    await person.answer('Region', ...times(3, 'backspace'), 'frankfurt')
    await person.enter({ from: 'Region', given })
    await person.answer(REVIEW)
    expect((await config).region).toBe('eu-central-1')
  })

  test('takes no more zones than the region has', async () => {
    const person = somebody()
    const flags = { ...FLAGS, region: 'us-west-1' }
    const config = person.ask(flags)
    await person.enter({ to: 'Zones', given: flags })
    await person.answer('Zones: over how many data centres; this region has 2 (2)', '3')
    await person.shows('3 is more than us-west-1 has for an ordinary account: 2; allowed: 2')
    await person.answer('Zones', 'backspace')
    await person.enter({ from: 'Zones', given: flags })
    await person.answer(REVIEW)
    expect((await config).network.availabilityZones).toBe(2)
  })
})

describe('the list of answers', () => {
  test('shows what a flag has said, which was not asked, and lets it be changed', async () => {
    const person = somebody()
    const config = person.ask(FLAGS)
    await person.shows('Network range')
    await person.enter({ given: FLAGS })
    await person.change('Name')
    await person.answer("Name: goes into every resource's name (shop)", 'kiosk')
    await person.shows(/Name +kiosk/)
    await person.answer(REVIEW)
    expect(await config).toMatchObject({ name: 'kiosk', environment: 'dev' })
  })

  test('is not written while two answers do not go together', async () => {
    const person = somebody()
    const config = person.ask(FLAGS)
    await person.enter({ given: FLAGS })
    await person.change('Fewest servers')
    await person.answer('Fewest servers', '5')
    await person.shows('they do not go together yet')
    expect(person.screen).toContain('Write ecom-infra.yaml (one answer is still wrong)')
    expect(person.screen).toMatch(/❯ Most servers +2: is less than "Fewest servers", 5/)
    await person.answer(REVIEW, ...times(12, 'up'))
    await person.shows('First put right what is wrong.')
    await person.answer(REVIEW, ...times(11, 'down'))
    // What it suggests now goes with the rest.
    await person.answer('however busy they are (5)')
    await person.answer('Enter writes them down')
    expect((await config).web).toMatchObject({ minSize: 5, maxSize: 5 })
  })

  test('notices that another region has fewer zones', async () => {
    const person = somebody()
    const config = person.ask({ name: 'shop' })
    await person.enter({ to: 'Zones', given: { name: 'shop' } })
    await person.answer('Zones', '4')
    await person.enter({ from: 'Zones', given: { name: 'shop' } })
    await person.change('Region')
    await person.answer('Region', 'us-west-1')
    await person.shows(/❯ Zones +4: is more than us-west-1 has for an ordinary account: 2/)
    await person.answer(REVIEW)
    await person.answer('Zones: over how many data centres; this region has 2 (2)')
    await person.answer('Enter writes them down')
    expect(await config).toMatchObject({ region: 'us-west-1', network: { availabilityZones: 2 } })
  })

  test('an e-mail address can be taken back', async () => {
    const person = somebody()
    const config = person.ask(FLAGS)
    await person.enter({ to: 'Alarm e-mail', given: FLAGS })
    await person.answer('Alarm e-mail', 'ops@example.com')
    await person.shows(/Alarm e-mail +ops@example\.com/)
    await person.change('Alarm e-mail')
    await person.answer('Alarm e-mail: who hears of alarms; none is nobody (ops@example.com)', 'none')
    await person.shows(/Alarm e-mail +nobody/)
    await person.answer(REVIEW)
    expect((await config).monitoring.alarmEmail).toBeNull()
  })
})

describe('who may SSH', () => {
  test('nobody, when nobody is wished', async () => {
    const person = somebody()
    const config = person.ask(FLAGS)
    await person.enter({ to: 'SSH', given: FLAGS })
    await person.shows(`❯ only from here (${OWN}/32)`)
    await person.answer('SSH: who', 'down')
    await person.enter({ from: 'SSH' })
    await person.change('SSH')
    await person.shows('❯ nobody for now')
    await person.answer('SSH: who')
    await person.answer(REVIEW)
    expect((await config).access.sshCidrs).toEqual([])
  })

  test('other networks, each checked; asked once more, Enter keeps them', async () => {
    const person = somebody()
    const config = person.ask(FLAGS)
    await person.enter({ to: 'SSH', given: FLAGS })
    await person.answer('SSH: who', 'down', 'down')
    await person.answer('SSH: IPv4 networks', '10.0.0.0/8, 0.0.0.0/0')
    await person.shows('"0.0.0.0/0" opens SSH to the whole world')
    await person.answer('SSH: IPv4 networks', ...times('0.0.0.0/0'.length, 'backspace'), '192.168.0.0/16')
    await person.enter({ from: 'SSH' })
    await person.change('SSH')
    await person.shows('❯ another network…')
    await person.answer('SSH: who')
    await person.answer('none is nobody (10.0.0.0/8, 192.168.0.0/16)')
    await person.answer(REVIEW)
    expect((await config).access.sshCidrs).toEqual(['10.0.0.0/8', '192.168.0.0/16'])
  })

  test('is said aloud when the own address cannot be found', async () => {
    const person = somebody()
    person.address = () => Promise.reject(new TypeError('fetch failed'))
    const config = person.ask(FLAGS)
    await person.enter({ to: 'SSH', given: FLAGS })
    await person.shows('❯ nobody for now')
    expect(person.screen).not.toContain('only from here')
    expect(person.said).toContain(
      'Your public address could not be found: nobody may SSH until you set access.sshCidrs.',
    )
    await person.enter({ from: 'NAT', given: FLAGS })
    await person.answer(REVIEW)
    expect((await config).access.sshCidrs).toEqual([])
  })
})
