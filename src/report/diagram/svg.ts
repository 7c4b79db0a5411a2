import { FONT } from './block.ts'
import { BADGE, type Box, type Picture, type Sign, type Way } from './picture.ts'
import { COLORS, GROUPS, INK } from './styles.ts'
import { LINE } from './text.ts'
import { escaped } from './xml.ts'

const WIRE = '#545B64'

/** The same picture for where draw.io is not at hand: AWS's colours, with letters instead of its art. */
export function svgOf({ title, size, boxes, ways }: Picture): string {
  const head = `width="${size.w}" height="${size.h}" viewBox="0 0 ${size.w} ${size.h}"`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${head} role="img" font-family="Helvetica, Arial, sans-serif" font-size="${FONT}" fill="${INK}">`,
    `<title>${escaped(title)}</title>`,
    `<defs><marker id="arrow" markerWidth="8" markerHeight="8" refX="7" refY="4" orient="auto"><path d="M0,0 L8,4 L0,8 z" fill="${WIRE}"/></marker></defs>`,
    `<rect width="${size.w}" height="${size.h}" fill="#FFFFFF"/>`,
    ...boxes.map(boxText),
    ...ways.map(wire),
    ...ways.flatMap(words),
    '</svg>',
    '',
  ].join('\n')
}

function boxText(box: Box): string {
  const { look, area, words } = box
  const rect = `<rect x="${area.x}" y="${area.y}" width="${area.w}" height="${area.h}"`
  switch (look.kind) {
    case 'group':
      return container(box)
    case 'text':
      return label(box, { x: words.x, size: look.size, more: look.bold ? ' font-weight="bold"' : '' })
    case 'swatch':
      return `${rect} fill="${COLORS[look.category]}"/>${label(box, { x: words.x })}`
    case 'icon': {
      const anchor = { left: 'start', center: 'middle', right: 'end' }[look.text]
      const x = { left: words.x, center: words.x + words.w / 2, right: words.x + words.w }[look.text]
      const sign = lettersOf(look.sign)
      const letters = `<text x="${area.x + area.w / 2}" y="${area.y + area.h / 2 + 5}" text-anchor="middle" font-size="${sign.length > 4 ? 10 : 13}" font-weight="bold" fill="#FFFFFF">${escaped(sign)}</text>`
      return `${rect} rx="4" fill="${COLORS[look.category]}"/>${letters}${label(box, { x, more: ` text-anchor="${anchor}"` })}`
    }
  }
}

function container(box: Box): string {
  const { look, area, words } = box
  if (look.kind !== 'group') return ''
  const { badge, stroke, fill, font, dashed, title } = GROUPS[look.group]
  const dashes = dashed ? ' stroke-dasharray="4 3"' : ''
  const rect = `<rect x="${area.x}" y="${area.y}" width="${area.w}" height="${area.h}" fill="${fill}" stroke="${stroke}"${dashes}/>`
  const left = title === 'center' ? area.x + (area.w - BADGE) / 2 : area.x
  const sign =
    badge === null ? '' : `<rect x="${left}" y="${area.y}" width="${BADGE}" height="${BADGE}" fill="${stroke}"/>`
  const [x, anchor] = title === 'center' ? [words.x + words.w / 2, 'middle'] : [words.x, 'start']
  return `${rect}${sign}${label(box, { x, size: 12, more: ` text-anchor="${anchor}" fill="${font}"` })}`
}

function label(
  box: Box,
  { x, size = FONT, more = '' }: { readonly x: number; readonly size?: number; readonly more?: string },
): string {
  const lines = box.lines.map(
    (line, index) => `<tspan x="${x}" y="${box.words.y + size + index * LINE}">${escaped(line)}</tspan>`,
  )
  return `<text font-size="${size}"${more}>${lines.join('')}</text>`
}

/** What people call these by. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ ec2: 'EC2', rds: 'RDS', s3: 'S3', sns: 'SNS', dynamodb: 'DDB', elastic_file_system: 'EFS', cloudwatch_2: 'CW' },
  ...{ key_management_service: 'KMS', identity_and_access_management: 'IAM', application_load_balancer: 'ALB' },
  ...{ internet_gateway: 'IGW', nat_gateway: 'NAT', network_access_control_list: 'ACL', generic_firewall: 'SG' },
  ...{ endpoints: 'VPCE', file_system: 'NFS', alarm: 'ALM', logs: 'LOG', role: 'ROLE', email_notification: '@' },
  ...{ internet_alt2: 'WWW', users: 'USERS', user: 'ADMIN', general: '…' },
}

function lettersOf(sign: Sign): string {
  const name = 'service' in sign ? sign.service : sign.resource
  const initials = name.split('_').map((word) => word.charAt(0).toUpperCase())
  return LETTERS[name] ?? initials.join('')
}

function wire({ points, dashed }: Way): string {
  const way = points.map(({ x, y }) => `${x},${y}`).join(' ')
  const dashes = dashed ? ' stroke-dasharray="4 3"' : ''
  return `<polyline points="${way}" fill="none" stroke="${WIRE}"${dashes} marker-end="url(#arrow)"/>`
}

function words({ caption, label: text }: Way): readonly string[] {
  if (caption === null) return []
  const { area, at } = caption
  return [
    `<rect x="${area.x + 2}" y="${area.y + 1}" width="${area.w - 4}" height="${area.h - 2}" fill="#FFFFFF"/>`,
    `<text x="${at.x}" y="${at.y + 4}" text-anchor="middle">${escaped(text)}</text>`,
  ]
}
