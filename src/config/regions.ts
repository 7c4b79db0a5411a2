interface Region {
  /** How AWS's own console names the place. */
  readonly place: string
  /** Zones that an ordinary account may use, which can be fewer than the region has. */
  readonly zones: number
}

/**
 * The regions of the commercial partition. It is a table, so that "more zones than there are" is said
 * before the first call and without credentials; what the account really sees is looked up before the plan.
 */
export const REGIONS: Readonly<Record<string, Region>> = {
  'us-east-1': { place: 'N. Virginia', zones: 6 },
  'us-east-2': { place: 'Ohio', zones: 3 },
  'us-west-1': { place: 'N. California', zones: 2 },
  'us-west-2': { place: 'Oregon', zones: 4 },
  'ca-central-1': { place: 'Canada Central', zones: 3 },
  'ca-west-1': { place: 'Calgary', zones: 3 },
  'mx-central-1': { place: 'Mexico Central', zones: 3 },
  'sa-east-1': { place: 'São Paulo', zones: 3 },
  'sa-west-1': { place: 'Chile', zones: 3 },
  'eu-central-1': { place: 'Frankfurt', zones: 3 },
  'eu-central-2': { place: 'Zurich', zones: 3 },
  'eu-west-1': { place: 'Ireland', zones: 3 },
  'eu-west-2': { place: 'London', zones: 3 },
  'eu-west-3': { place: 'Paris', zones: 3 },
  'eu-north-1': { place: 'Stockholm', zones: 3 },
  'eu-south-1': { place: 'Milan', zones: 3 },
  'eu-south-2': { place: 'Spain', zones: 3 },
  'ap-east-1': { place: 'Hong Kong', zones: 3 },
  'ap-east-2': { place: 'Taipei', zones: 3 },
  'ap-south-1': { place: 'Mumbai', zones: 3 },
  'ap-south-2': { place: 'Hyderabad', zones: 3 },
  'ap-northeast-1': { place: 'Tokyo', zones: 3 },
  'ap-northeast-2': { place: 'Seoul', zones: 4 },
  'ap-northeast-3': { place: 'Osaka', zones: 3 },
  'ap-southeast-1': { place: 'Singapore', zones: 3 },
  'ap-southeast-2': { place: 'Sydney', zones: 3 },
  'ap-southeast-3': { place: 'Jakarta', zones: 3 },
  'ap-southeast-4': { place: 'Melbourne', zones: 3 },
  'ap-southeast-5': { place: 'Malaysia', zones: 3 },
  'ap-southeast-6': { place: 'New Zealand', zones: 3 },
  'ap-southeast-7': { place: 'Thailand', zones: 3 },
  'il-central-1': { place: 'Tel Aviv', zones: 3 },
  'me-central-1': { place: 'UAE', zones: 3 },
  'me-south-1': { place: 'Bahrain', zones: 3 },
  'me-west-1': { place: 'Saudi Arabia', zones: 3 },
  'af-south-1': { place: 'Cape Town', zones: 3 },
}

/** A region of the table, or undefined for a word that only looks like one. */
export function regionOf(name: string): Region | undefined {
  return Object.hasOwn(REGIONS, name) ? REGIONS[name] : undefined
}
