@description('The end of all names.')
param token string
param location string
param tags object

@description('The addresses of the network, of the app, and of private endpoints.')
param prefix string
param appPrefix string
param endpointPrefix string

@description('Addresses that may reach private endpoints beside the app, separated by commas.')
param operatorPrefixes string

@description('Whether the app reaches the internet through a NAT gateway.')
param natGateway bool

var abbreviations = loadJsonContent('../abbreviations.json')
// Flex Consumption refuses subnets whose name has an underscore.
var appSubnet = 'app'
var endpointSubnet = 'endpoints'
// A rule needs an address. Without others it lets the app in, as the rule before it does.
var operators = [for prefix in split(empty(operatorPrefixes) ? appPrefix : operatorPrefixes, ','): trim(prefix)]

resource address 'Microsoft.Network/publicIPAddresses@2025-01-01' = if (natGateway) {
  name: '${abbreviations.networkPublicIPAddresses}${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource gateway 'Microsoft.Network/natGateways@2025-01-01' = if (natGateway) {
  name: '${abbreviations.networkNatGateways}${token}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

@description('The defaults of Azure: nothing comes in from the internet, everything may go out.')
resource appRules 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: '${abbreviations.networkNetworkSecurityGroups}${token}-${appSubnet}'
  location: location
  tags: tags
}

resource endpointRules 'Microsoft.Network/networkSecurityGroups@2025-01-01' = {
  name: '${abbreviations.networkNetworkSecurityGroups}${token}-${endpointSubnet}'
  location: location
  tags: tags
  properties: {
    securityRules: [
      {
        name: 'app'
        properties: {
          description: 'All services answer at this port, Cosmos DB too: the app uses its gateway mode.'
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: appPrefix
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'operators'
        properties: {
          description: 'Apart from the app, since Azure refuses a rule whose addresses overlap.'
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefixes: operators
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '443'
        }
      }
      {
        name: 'others'
        properties: {
          priority: 4096
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: '*'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource network 'Microsoft.Network/virtualNetworks@2025-01-01' = {
  name: '${abbreviations.networkVirtualNetworks}${token}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [prefix] }
    // Inside the network: as resources of their own, two subnets would change it at the same time.
    subnets: [
      {
        name: appSubnet
        properties: {
          addressPrefix: appPrefix
          delegations: [{ name: 'app', properties: { serviceName: 'Microsoft.App/environments' } }]
          natGateway: natGateway ? { id: gateway.id } : null
          networkSecurityGroup: { id: appRules.id }
        }
      }
      {
        name: endpointSubnet
        properties: {
          addressPrefix: endpointPrefix
          networkSecurityGroup: { id: endpointRules.id }
          privateEndpointNetworkPolicies: 'Enabled'
          defaultOutboundAccess: false
        }
      }
    ]
  }
}

output id string = network.id
output name string = network.name
output endpointSubnetId string = '${network.id}/subnets/${endpointSubnet}'
