import { MemoryStore } from '../../src/state/memory-store.ts'
import { storeContract } from '../state/store-contract.ts'

const store = new MemoryStore()
storeContract('The memory', () => store, 200)
