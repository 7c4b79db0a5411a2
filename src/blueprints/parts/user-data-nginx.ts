import { CACHE_RULES } from '../../site/caching.ts'
import { put } from './user-data-shell.ts'

/** What a site is made of. The packaged list may lack some, and then browsers refuse them: scripts above all. */
const TYPES: Readonly<Record<string, string>> = {
  'text/html': 'html htm',
  'text/css': 'css',
  'text/javascript': 'js mjs',
  'text/plain': 'txt',
  'text/csv': 'csv',
  'text/markdown': 'md',
  'text/vtt': 'vtt',
  'application/json': 'json map',
  'application/manifest+json': 'webmanifest',
  'application/xml': 'xml',
  'application/rss+xml': 'rss',
  'application/atom+xml': 'atom',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/wasm': 'wasm',
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/jpeg': 'jpg jpeg',
  'image/png': 'png',
  'image/svg+xml': 'svg',
  'image/webp': 'webp',
  'image/vnd.microsoft.icon': 'ico',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'font/ttf': 'ttf',
  'font/otf': 'otf',
  'audio/mpeg': 'mp3',
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
}
const types = Object.entries(TYPES).map(([type, names]) => `${type} ${names};`)
const texts = Object.keys(TYPES).filter((type) => type.startsWith('text/') && type !== 'text/html')

/** The same rules as those of `site push`, which gives them to the bucket: a file on a disk has no headers. */
const caching = CACHE_RULES.map(
  ({ pattern, cacheControl }) => `"~^/(images|static)(?=/)${pattern && `.*${pattern}`}" '${cacheControl}';`,
)

/**
 * The whole file and not a drop-in: the packaged one brings a server of its own on port 80.
 * The load balancer's side of it: 75 s outlives its idle timeout of 60 s, so that it never sends into a closed
 * connection; it passes on header lines of up to 16 KB; HTTPS ends there, hence the forwarded protocol and
 * relative redirects. HSTS lasts a day, so that giving up a certificate does not lock visitors out for long.
 */
const NGINX = `# Written by ecom-infra when the server was set up.
user nginx;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;

events {
    worker_connections 1024;
}

http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;

    log_format main '$remote_addr - $remote_user [$time_local] "$request" '
                    '$status $body_bytes_sent "$http_referer" '
                    '"$http_user_agent" "$http_x_forwarded_for"';
    access_log /var/log/nginx/access.log main;

    sendfile on;
    tcp_nopush on;
    server_tokens off;
    absolute_redirect off;
    keepalive_timeout 75s;
    large_client_header_buffers 4 16k;

    map $http_x_forwarded_proto $strict_transport {
        default '';
        https 'max-age=86400';
    }

    map $uri $caching {
        default '';
        ${caching.join('\n        ')}
    }

    server {
        listen 80 default_server;
        server_name _;
        root /var/www/html;
        index index.html;

        add_header X-Content-Type-Options nosniff always;
        add_header X-Frame-Options SAMEORIGIN always;
        add_header Referrer-Policy strict-origin-when-cross-origin always;
        add_header Strict-Transport-Security $strict_transport always;
        add_header Cache-Control $caching;

        location = /healthz {
            access_log off;
            default_type text/plain;
            return 200 'ok';
        }

        # The shared files, and the copy of the assets bucket.
        location ~ ^/(images|static)/ {
            root /var/www;
            charset utf-8;
            charset_types ${texts.join(' ')};
            types {
                ${types.join('\n                ')}
            }
            try_files $uri $uri/ =404;
        }

        location / {
            try_files $uri $uri/ =404;
        }
    }
}`

/** Everything that answers on port 80. Without it there is no server, so its first error ends the script. */
export function webServer(stack: string): string {
  return `web_server() {
  step 'install nginx'
  packages nginx

  step 'write the nginx configuration'
  ${put('/etc/nginx/nginx.conf', NGINX)}
  ${put('/var/www/html/index.html', page(stack))}

  step 'check the nginx configuration'
  nginx -t

  step 'start nginx'
  systemctl enable nginx
  systemctl reload-or-restart nginx
}
`
}

function page(stack: string): string {
  const name = stack.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>${name}</title></head>
  <body><h1>${name}</h1><p>This web server was set up by ecom-infra and is ready for a site.</p></body>
</html>`
}
