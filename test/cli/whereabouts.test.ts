import { expect, test } from 'vitest'
import { inWords, located } from '../../src/cli/whereabouts.ts'
import { Refused } from '../../src/engine/errors.ts'

const NOWHERE = {
  ...{ config: undefined, stack: undefined, profile: undefined, region: undefined, 'endpoint-url': undefined },
  local: false,
}
const LOCAL = { ...NOWHERE, local: true, config: 'my shop.yaml', region: 'eu-west-1' }
const FLAGS = " --local -c 'my shop.yaml' --region eu-west-1"

test('a command that a text offers goes to where this run went', () => {
  expect(located('Run `ecom-infra up`, then `ecom-infra state list`.', LOCAL)).toBe(
    `Run \`ecom-infra up${FLAGS}\`, then \`ecom-infra state list${FLAGS}\`.`,
  )
  expect(located('`ecom-infra up --dry-run --out FILE`', LOCAL)).toBe(`\`ecom-infra up${FLAGS} --dry-run --out FILE\``)
  expect(located('`ecom-infra ssh-bastion -- psql`', LOCAL)).toBe(`\`ecom-infra ssh-bastion${FLAGS} -- psql\``)
  expect(located('Run `ecom-infra up`.', NOWHERE)).toBe('Run `ecom-infra up`.')
})

test.each(['`ecom-infra init --out FILE`', '`ecom-infra local start`', '`ecom-infra up --help`', '`aws sso login`'])(
  '%s goes to no stack, and stays as it is',
  (text) => expect(located(text, LOCAL)).toBe(text),
)

test('what is of all stacks, or of a config file, is told no stack', () => {
  const stack = { ...LOCAL, config: undefined, stack: 'shop-dev' }
  expect(located('`ecom-infra state show`', stack)).toBe(
    '`ecom-infra state show --local --stack shop-dev --region eu-west-1`',
  )
  for (const [words, after] of [['state stacks', ''] as const, ['up', ' with the config file'] as const])
    expect(located(`\`ecom-infra ${words}\`${after}`, stack)).toBe(
      `\`ecom-infra ${words} --local --region eu-west-1\`${after}`,
    )
})

test('a problem in other words is the same problem', () => {
  const cause = new Error('why')
  const problem = new Refused('Locked', 'It is `locked`.', { hint: 'Run it.', address: 'ec2:vpc/main', cause })
  const told = inWords(problem, (text) => text.toUpperCase())
  expect(told).toBeInstanceOf(Refused)
  expect([told.message, told.details.hint]).toEqual(['IT IS `LOCKED`.', 'RUN IT.'])
  expect([told.code, told.exit, told.details.address, told.details.cause]).toEqual(['Locked', 2, 'ec2:vpc/main', cause])
  expect(problem.message).toBe('It is `locked`.')
})
