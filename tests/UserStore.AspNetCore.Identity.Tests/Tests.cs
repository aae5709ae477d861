using UserStore.AspNetCore.Identity.Tests.Suites;

namespace UserStore.AspNetCore.Identity.Tests;

public sealed class InMemoryUserTests() : UserContract(new InMemoryStores());

public sealed class DynamoDbUserTests() : UserContract(new DynamoDbStores());

public sealed class FaultyWireUserTests() : UserContract(new FaultyWireStores());

public sealed class InMemoryRaceTests() : RaceContract(new InMemoryStores());

public sealed class DynamoDbRaceTests() : RaceContract(new DynamoDbStores());

public sealed class FaultyWireRaceTests() : RaceContract(new FaultyWireStores());

public sealed class InMemoryProtectedDataTests() : ProtectedDataContract(new InMemoryStores());

public sealed class DynamoDbProtectedDataTests() : ProtectedDataContract(new DynamoDbStores());

public sealed class FaultyWireProtectedDataTests() : ProtectedDataContract(new FaultyWireStores());
