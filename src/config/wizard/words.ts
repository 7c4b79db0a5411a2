/** What the wizard calls the fields that complaints about its other answers name. */
export const TITLES: Readonly<Record<string, string>> = {
  'web.minSize': 'Fewest servers',
  'web.maxSize': 'Most servers',
  'web.instanceType': 'Web servers',
  'network.nat': 'NAT',
  'network.cidr': 'Network range',
  'network.availabilityZones': 'Zones',
  'database.instanceClass': 'Database',
  'database.storageGb': 'Storage',
}

/** What nothing is called by somebody who types. */
export const NOBODY = 'none'

/** A complaint in the words of the questions: nobody has seen the names of the fields yet, nor what YAML calls nothing. */
export function asAsked(complaint: string): string {
  const named = Object.entries(TITLES).reduce((text, [field, title]) => text.replaceAll(field, `"${title}"`), complaint)
  return named.replace(/(?<=; allowed: )null(?=,|$)/, NOBODY)
}
