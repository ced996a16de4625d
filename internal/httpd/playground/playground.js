import { samples } from './samples.js'

const $ = id => document.getElementById(id)
const TOKEN = 'entrepot.token'
const USER = 'entrepot.user'

async function send(query, variables, token) {
  const headers = {
    'Content-Type': 'application/json',
    'Accept': 'application/graphql-response+json, application/json;q=0.9',
  }
  if (token) headers.Authorization = `Bearer ${token}`
  const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query, variables }) })
  const text = await response.text()
  try {
    return { status: response.status, body: JSON.parse(text) }
  } catch {
    return { status: response.status, body: { errors: [{ message: text || response.statusText }] } }
  }
}

function showSession() {
  const token = sessionStorage.getItem(TOKEN)
  $('sign-in').hidden = !!token
  $('signed-in').hidden = !token
  $('who').textContent = sessionStorage.getItem(USER) ?? ''
}

function endSession(why) {
  sessionStorage.removeItem(TOKEN)
  sessionStorage.removeItem(USER)
  $('notice').textContent = why
  showSession()
}

$('sign-in').addEventListener('submit', async event => {
  event.preventDefault()
  const input = { username: $('username').value, password: $('password').value }
  try {
    const { body } = await send(
      'mutation SignIn($input: LoginInput!) { login(input: $input) { accessToken user { username } userErrors { message } } }',
      { input },
    )
    const login = body.data?.login
    if (!login?.accessToken) {
      $('notice').textContent = login?.userErrors?.[0]?.message ?? body.errors?.[0]?.message ?? 'Signing in did not work.'
      return
    }
    sessionStorage.setItem(TOKEN, login.accessToken)
    sessionStorage.setItem(USER, login.user?.username ?? input.username)
    $('password').value = ''
    $('notice').textContent = ''
    showSession()
  } catch (error) {
    $('notice').textContent = `The server does not answer: ${error.message}`
  }
})

$('sign-out').addEventListener('click', () => endSession(''))

let running = false

async function run() {
  if (running) return
  let variables
  const text = $('variables').value.trim()
  try {
    variables = text ? JSON.parse(text) : undefined
  } catch (error) {
    $('status').textContent = `Variables are not JSON: ${error.message}`
    return
  }
  running = true
  $('status').textContent = 'Running…'
  const start = performance.now()
  try {
    const { status, body } = await send($('query').value, variables, sessionStorage.getItem(TOKEN))
    $('result').textContent = JSON.stringify(body, null, 2)
    $('status').textContent = `HTTP ${status}, ${Math.round(performance.now() - start)} ms`
    if (status === 401) endSession(body.errors?.[0]?.message ?? 'Sign in first.')
  } catch (error) {
    $('status').textContent = `The server does not answer: ${error.message}`
  } finally {
    running = false
  }
}

$('run').addEventListener('click', run)
document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault()
    run()
  }
})

function use(sample) {
  const variables = typeof sample.variables === 'function' ? sample.variables() : sample.variables
  $('query').value = sample.query
  $('variables').value = variables ? JSON.stringify(variables, null, 2) : ''
}

for (const sample of samples) {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = sample.name
  button.addEventListener('click', () => use(sample))
  $('samples').append(button)
}

use(samples.find(sample => sample.name === 'Stocks'))
showSession()
