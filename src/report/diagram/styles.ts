import type { Category, GroupName, Look } from './picture.ts'

/** AWS's own colours, as draw.io's AWS palettes have them. */
export const COLORS: Readonly<Record<Category, string>> = {
  compute: '#ED7100',
  network: '#8C4FFF',
  storage: '#7AA116',
  database: '#C925D1',
  security: '#DD344C',
  management: '#E7157B',
  general: '#232F3D',
}

export const INK = '#232F3E'

interface GroupStyle {
  /** A shape of draw.io with a badge in its corner; null is a plain rectangle. */
  readonly badge: string | null
  readonly shape?: 'group' | 'groupCenter'
  readonly stroke: string
  readonly fill: string
  readonly font: string
  readonly dashed: boolean
  /** Where the title is: beside the badge, where a badge would be, or in the middle. */
  readonly title: 'left' | 'edge' | 'center'
}

export const GROUPS: Readonly<Record<GroupName, GroupStyle>> = {
  cloud: { badge: 'group_aws_cloud_alt', stroke: INK, fill: 'none', font: INK, dashed: false, title: 'left' },
  region: { badge: 'group_region', stroke: '#00A4A6', fill: 'none', font: '#147EBA', dashed: true, title: 'left' },
  vpc: { badge: 'group_vpc2', stroke: '#8C4FFF', fill: 'none', font: '#6B2FD9', dashed: false, title: 'left' },
  zone: { badge: null, stroke: '#147EBA', fill: 'none', font: '#147EBA', dashed: true, title: 'edge' },
  public: {
    badge: 'group_security_group',
    stroke: '#7AA116',
    fill: '#F2F6E8',
    font: '#248814',
    dashed: false,
    title: 'left',
  },
  private: {
    badge: 'group_security_group',
    stroke: '#00A4A6',
    fill: '#E6F6F7',
    font: '#147EBA',
    dashed: false,
    title: 'left',
  },
  scaling: {
    ...{ badge: 'group_auto_scaling_group', shape: 'groupCenter', stroke: '#D86613', fill: 'none' },
    ...{ font: '#D86613', dashed: true, title: 'center' },
  },
  area: { badge: null, stroke: '#5A6C86', fill: 'none', font: '#5A6C86', dashed: true, title: 'edge' },
}

const NAMES = 'mxgraph.aws4'
const CONTAINER = 'html=1;fontSize=12;fontStyle=0;container=1;pointerEvents=0;collapsible=0;recursiveResize=0;'
const TITLE = { left: 'align=left;spacingLeft=30;', edge: 'align=left;spacingLeft=8;', center: 'align=center;' }
const ICON = 'sketch=0;outlineConnect=0;gradientColor=none;dashed=0;html=1;fontSize=12;fontStyle=0;aspect=fixed;'

function groupStyle(name: GroupName): string {
  const { badge, shape = 'group', stroke, fill, font, dashed, title } = GROUPS[name]
  const sign =
    badge === null ? '' : `outlineConnect=0;gradientColor=none;shape=${NAMES}.${shape};grIcon=${NAMES}.${badge};`
  const grey = name === 'public' || name === 'private' ? 'grStroke=0;' : ''
  const stroked = name === 'scaling' ? 'grStroke=1;spacingTop=25;' : grey
  const colors = `strokeColor=${stroke};fillColor=${fill};fontColor=${font};dashed=${dashed ? 1 : 0};`
  return `${CONTAINER}${sign}${stroked}${colors}verticalAlign=top;${TITLE[title]}`
}

/** How draw.io is told what something looks like. */
export function styleOf(look: Look): string {
  switch (look.kind) {
    case 'group':
      return groupStyle(look.group)
    case 'text':
      return `text;html=1;align=left;verticalAlign=middle;spacing=0;fontSize=${look.size};fontStyle=${look.bold ? 1 : 0};fontColor=${INK};strokeColor=none;fillColor=none;`
    case 'swatch':
      return `html=1;fontSize=12;fontColor=${INK};strokeColor=none;fillColor=${COLORS[look.category]};labelPosition=right;verticalLabelPosition=middle;align=left;verticalAlign=middle;spacingLeft=4;`
    case 'icon': {
      const words = `fontColor=${INK};verticalLabelPosition=bottom;verticalAlign=top;align=${look.text};spacingTop=1;`
      const fill = `fillColor=${COLORS[look.category]};`
      const { sign } = look
      return 'service' in sign
        ? `${ICON}${words}${fill}strokeColor=#ffffff;shape=${NAMES}.resourceIcon;resIcon=${NAMES}.${sign.service};`
        : `${ICON}${words}${fill}strokeColor=none;shape=${NAMES}.${sign.resource};`
    }
  }
}

export const lineStyle = (dashed: boolean): string =>
  `edgeStyle=orthogonalEdgeStyle;rounded=0;html=1;endArrow=block;endFill=1;endSize=5;jumpStyle=arc;jumpSize=8;fontSize=12;fontColor=${INK};labelBackgroundColor=#FFFFFF;strokeColor=#545B64;dashed=${dashed ? 1 : 0};`
