using UserStore.ContractTests.Stores;
using UserStore.ContractTests.Suites;

namespace UserStore.ContractTests;

[Collection(ServerTests.Name)]
public sealed class DynamoDbCreateTests(LocalServer server) : CreateContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbReadTests(LocalServer server) : ReadContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbUpdateTests(LocalServer server) : UpdateContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbPatchTests(LocalServer server) : PatchContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbDeleteTests(LocalServer server) : DeleteContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbConditionTests(LocalServer server) : ConditionContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbQueryTests(LocalServer server) : QueryContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbTokenTests(LocalServer server) : TokenContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbBadInputTests(LocalServer server) : BadInputContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbDerivedUserTests(LocalServer server) : DerivedUserContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbFieldTypeTests(LocalServer server) : FieldTypeContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbEmailTests(LocalServer server) : EmailContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbEmailConcurrencyTests(LocalServer server) : EmailConcurrencyContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbAuditTests(LocalServer server) : AuditContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbManyUsersTests(LocalServer server) : ManyUsersContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbBatchWriterTests(LocalServer server) : BatchWriterContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbMigrationJournalTests(LocalServer server) : MigrationJournalContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbMigrationLockTests(LocalServer server) : MigrationLockContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbMigrationRunnerTests(LocalServer server) : MigrationRunnerContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbMigrationPlanTests(LocalServer server) : MigrationPlanContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbMigrationRepairTests(LocalServer server) : MigrationRepairContract(new DynamoDbStores(server));

[Collection(ServerTests.Name)]
public sealed class DynamoDbChangeTests(LocalServer server) : ChangeContract(new DynamoDbStores(server));
