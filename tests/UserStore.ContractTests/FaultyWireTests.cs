using UserStore.ContractTests.Stores;
using UserStore.ContractTests.Suites;

namespace UserStore.ContractTests;

[Collection(ServerTests.Name)]
public sealed class FaultyWireCreateTests(LocalServer server) : CreateContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireReadTests(LocalServer server) : ReadContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireUpdateTests(LocalServer server) : UpdateContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWirePatchTests(LocalServer server) : PatchContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireDeleteTests(LocalServer server) : DeleteContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireConditionTests(LocalServer server) : ConditionContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireQueryTests(LocalServer server) : QueryContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireTokenTests(LocalServer server) : TokenContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireBadInputTests(LocalServer server) : BadInputContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireDerivedUserTests(LocalServer server) : DerivedUserContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireFieldTypeTests(LocalServer server) : FieldTypeContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireEmailTests(LocalServer server) : EmailContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireEmailConcurrencyTests(LocalServer server) : EmailConcurrencyContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireAuditTests(LocalServer server) : AuditContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireManyUsersTests(LocalServer server) : ManyUsersContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireBatchWriterTests(LocalServer server) : BatchWriterContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireMigrationJournalTests(LocalServer server) : MigrationJournalContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireMigrationLockTests(LocalServer server) : MigrationLockContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireMigrationRunnerTests(LocalServer server) : MigrationRunnerContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireMigrationPlanTests(LocalServer server) : MigrationPlanContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireMigrationRepairTests(LocalServer server) : MigrationRepairContract(new FaultyWireStores(server));

[Collection(ServerTests.Name)]
public sealed class FaultyWireChangeTests(LocalServer server) : ChangeContract(new FaultyWireStores(server));
