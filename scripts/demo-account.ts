import { CloudWatch } from '@aws-sdk/client-cloudwatch'
import { RDS } from '@aws-sdk/client-rds'
import { SNS } from '@aws-sdk/client-sns'
import { type Connection, remains } from './demo-remains.ts'

/** A policy that lets everybody publish alarms, and so cry wolf. */
const anybody = (Resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource }],
})

/** The demo's account in the hands of somebody who knows nothing of ecom-infra. */
export class Account {
  readonly #connection: Connection
  readonly #cloudwatch: CloudWatch
  readonly #rds: RDS
  readonly #sns: SNS

  constructor(connection: Connection) {
    this.#connection = connection
    this.#cloudwatch = new CloudWatch(connection)
    this.#rds = new RDS(connection)
    this.#sns = new SNS(connection)
  }

  /** Makes the database public, opens the topic of the alarms, and deletes an alarm. Tells what was done. */
  async tamper(stack: string): Promise<readonly string[]> {
    const database = await this.#database(stack)
    await this.#rds.modifyDBInstance({
      DBInstanceIdentifier: database,
      PubliclyAccessible: true,
      BackupRetentionPeriod: 0,
      ApplyImmediately: true,
    })
    const topic = await this.#topic(stack)
    const policy = JSON.stringify(anybody(topic))
    await this.#sns.setTopicAttributes({ TopicArn: topic, AttributeName: 'Policy', AttributeValue: policy })
    const alarm = `${stack}-database-cpu`
    await this.#cloudwatch.deleteAlarms({ AlarmNames: [alarm] })
    return [
      `rds:ModifyDBInstance     ${database}  public, and no more backups`,
      `sns:SetTopicAttributes   ${topic}  anybody may publish`,
      `cloudwatch:DeleteAlarms  ${alarm}`,
    ]
  }

  /** What an account that was empty before still holds. */
  remains(): Promise<readonly string[]> {
    return remains(this.#connection)
  }

  close(): void {
    for (const client of [this.#cloudwatch, this.#rds, this.#sns]) client.destroy()
  }

  async #database(stack: string): Promise<string> {
    const { DBInstances } = await this.#rds.describeDBInstances()
    return theOne(
      DBInstances?.map((one) => one.DBInstanceIdentifier),
      stack,
    )
  }

  async #topic(stack: string): Promise<string> {
    const { Topics } = await this.#sns.listTopics()
    return theOne(
      Topics?.map((one) => one.TopicArn),
      stack,
    )
  }
}

function theOne(names: readonly (string | undefined)[] | undefined, stack: string): string {
  const found = names?.find((name) => name?.includes(stack))
  if (found === undefined) throw new Error(`the demo finds nothing of ${stack} to tamper with`)
  return found
}
