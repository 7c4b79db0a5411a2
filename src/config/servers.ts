import type { Config } from './schema.ts'

/** What no field decides about a web server, and its price depends on. */
export const WEB_SERVER = { disk: { type: 'gp3', sizeGb: 8 }, detailedMonitoring: true } as const

/** Whether each web server has an address of its own on the internet. */
export const hasPublicAddress = ({ web }: Config): boolean => web.placement === 'public'
