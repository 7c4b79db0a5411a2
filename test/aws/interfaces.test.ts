import { EC2Client } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { interfaceGroups } from '../../src/aws/interfaces.ts'
import { fakeCtx } from '../support/fake-ctx.ts'
import { scripted } from '../support/scripted.ts'

const { answers, inputsOf } = scripted(EC2Client)

test('a filter takes 200 values: more interfaces take more calls, none takes none', async () => {
  answers({
    DescribeNetworkInterfaces: ({ Filters }) => ({
      NetworkInterfaces: (Filters as { Values: string[] }[])[0]?.Values.map((id) => ({
        ...{ NetworkInterfaceId: id, Groups: [{ GroupId: `sg-of-${id}` }] },
      })),
    }),
  })
  const ids = Array.from({ length: 401 }, (_, n) => `eni-${n}`)
  const groups = await interfaceGroups(fakeCtx(), ids)
  expect([...groups]).toEqual(ids.map((id) => [id, [`sg-of-${id}`]]))
  expect(inputsOf('DescribeNetworkInterfaces')).toHaveLength(3)
  answers({})
  expect((await interfaceGroups(fakeCtx(), [])).size).toBe(0)
  expect(inputsOf('DescribeNetworkInterfaces')).toHaveLength(0)
})
