//! The stacks that the tests live through.

/// One function, one route, one key.
pub const HELLO: &str = "
stack: hello
region: us-east-2
functions:
  hello:
    image: {context: .}
    environment: {GREETING: Hello, KEY: '${SECRET}'}
api:
  routes:
    POST /: hello
  cors: {origins: ['https://www.example.com']}
  auth: api_key
  keys: [client]
  usage_plan: {rate: 10, burst: 20, quota: 100/day}
";

/// Three functions, twelve routes.
pub const THREE: &str = "
stack: shop
region: us-east-2
tags: {team: web}
functions:
  items:
    name: shopItems
    image: {context: .}
    memory: 256
    log_retention: never
  orders:
    image: {context: .}
    reserved_concurrency: 2
    role: {policies: [AmazonS3ReadOnlyAccess], statements: [{actions: ['s3:GetObject'], resources: ['arn:aws:s3:::b/*']}]}
  admin:
    image: {context: .}
    timeout: 10
    tracing: true
api:
  name: shopAPI
  description: The shop
  stage: v1
  routes:
    GET /items: items
    POST /items: items
    GET /items/{id}: items
    PUT /items/{id}: items
    DELETE /items/{id}: items
    GET /orders: orders
    POST /orders: orders
    GET /orders/{id}: orders
    ANY /files/{proxy+}: orders
    GET /health: {function: admin, auth: none}
    GET /admin: admin
    POST /admin: admin
  auth: api_key
  keys: [web, mobile]
  cors: {origins: ['https://a.example', 'https://b.example'], headers: [X-Trace], credentials: true}
  binary_types: [image/png]
  throttle: {rate: 50, burst: 100}
  usage_plan: {name: shopPlan, rate: 5, burst: 10, quota: 700/week}
budget: {limit: 10 USD, alert_at: [80%], email: [shop@example.com]}
";

/// THREE without the function `orders` and its routes.
pub fn without_orders() -> String {
    let (start, end) = (THREE.find("  orders:\n").unwrap(), THREE.find("  admin:\n").unwrap());
    let two = THREE.replace(&THREE[start..end], "");
    two.lines().filter(|l| !l.trim_end().ends_with(": orders")).map(|l| format!("{l}\n")).collect()
}
