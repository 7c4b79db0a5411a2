import { pricesOf } from '../../prices/prices.ts'
import { type Finder, listing, type Sighting } from './finder.ts'
import { databaseOf } from './known.ts'

/** By this tag RDS says whose password is in it. */
const WHOSE = 'aws:rds:primaryDBInstanceArn'

/**
 * The database's password: RDS makes the secret, under a name of its own and without tags of ours, and takes it away
 * with the database (aws-behaviours.md 5.3). So it is known by the database that it names, and by nothing less exact.
 */
const passwords: Finder = async (ctx) => {
  const arn = `arn:${ctx.partition}:rds:${ctx.region}:${ctx.account}:db:${databaseOf(ctx)}`
  const monthlyUsd = pricesOf(ctx.region).secretMonthly()
  const Filters = [{ Key: 'owning-service' as const, Values: ['rds'] }]
  const found = await listing(ctx, ctx.secrets.paginateListSecrets({ Filters }), (page) => page.SecretList)
  return found
    .filter(({ Tags = [], DeletedDate }) => !DeletedDate && Tags.some((tag) => tag.Key === WHOSE && tag.Value === arn))
    .map(({ ARN, Name = '' }): Sighting => {
      const why = `RDS keeps the password of ${databaseOf(ctx)} in it`
      return { type: 'secretsmanager:secret', id: ARN ?? Name, why, monthlyUsd, fate: 'going' }
    })
}

export const SECRETS: readonly Finder[] = [passwords]
