import { bucketNameOf } from '../../aws/names.ts'
import type { PolicyDocument } from '../../aws/policy.ts'
import type { Handle } from '../../engine/graph.ts'
import { text, type Wired } from '../../engine/ref.ts'
import { type BucketOut, bucket } from '../../resources/s3/bucket.ts'
import { bucketPolicy } from '../../resources/s3/bucket-policy.ts'
import type { Draft } from '../blueprint.ts'

/** The bucket of the site's static files: private, versioned, and reached by TLS only. */
export function assets({ graph, facts, stack }: Draft): Handle<BucketOut> {
  const data = graph.layer('Data')
  const main = data.add(bucket, 'assets', {
    name: bucketNameOf(stack, 'assets', facts.account, facts.region),
    ...{ versioning: 'Enabled', encryption: 'AES256', ownership: 'BucketOwnerEnforced' },
    publicAccessBlock: {
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: true,
      restrictPublicBuckets: true,
    },
    lifecycle: [{ id: 'tidy', prefix: '', noncurrentDays: 30, abortUploadDays: 7 }],
  })
  data.add(bucketPolicy, 'assets', { bucket: main.ref('name'), policy: facts.tls ? tlsOnly(main) : null })
  return main
}

/** On an `http:` endpoint it would lock everybody out (cli.md): there the bucket shall have no policy at all. */
const tlsOnly = (main: Handle<BucketOut>): Wired<PolicyDocument> => ({
  Version: '2012-10-17',
  Statement: [
    {
      ...{ Sid: 'TlsOnly', Effect: 'Deny', Principal: '*', Action: 's3:*' },
      Resource: [main.ref('arn'), text`${main.ref('arn')}/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ],
})
