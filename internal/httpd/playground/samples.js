// Samples show the forms that most questions take. Their codes are those of the
// demo company; put in your own.
export const samples = [
  {
    name: 'Who am I',
    query: `{
  me { username displayName roles permissions }
}`,
  },
  {
    name: 'Warehouses',
    query: `{
  warehouses(first: 20) {
    totalCount
    nodes { code name category locationType currency timeZone status }
  }
}`,
  },
  {
    name: 'Products',
    query: `{
  products(first: 20) {
    totalCount
    nodes { sku name category unit price priceCurrency status }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
  {
    name: 'Stocks',
    query: `query Stocks($filter: StockFilter, $orderBy: StockOrder, $after: String) {
  stocks(filter: $filter, orderBy: $orderBy, first: 20, after: $after) {
    totalCount
    nodes {
      sku
      batchNo
      warehouse { code name }
      product { name }
      physical
      available
      allocated
      damaged
      onHold
      inTransit
      version
      changedAt
    }
    pageInfo { hasNextPage endCursor }
  }
}`,
    variables: { filter: { nonZero: true }, orderBy: { field: 'AVAILABLE', direction: 'DESC' } },
  },
  {
    name: 'Stock by SKU',
    query: `query BySku($skus: [String!]!) {
  stocksBySku(skus: $skus) {
    sku
    product { name }
    total { physical available inTransit }
    stocks { warehouse { code } batchNo available }
  }
}`,
    variables: { skus: ['BP-F150-FR', 'OF-UNI-68'] },
  },
  {
    name: 'Adjust stock (dry run)',
    query: `mutation Adjust($input: StockAdjustInput!) {
  stockAdjust(input: $input) {
    dryRun
    replayed
    movements { sku warehouse { code } physicalDelta availableAfter }
    userErrors { code message field shortBy currentQuantity retryable }
  }
}`,
    variables: () => ({
      input: {
        idempotencyKey: newKey(),
        reasonCode: 'FOUND',
        dryRun: true,
        changes: [{ sku: 'BP-F150-FR', warehouseCode: 'SZ01', delta: 5 }],
      },
    }),
  },
]

// crypto.randomUUID exists on https and localhost only.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('')
}
