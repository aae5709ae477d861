using UserStore.ContractTests.Suites;
using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests;

public sealed class DynamoDbCreateTests() : CreateContract(new DynamoDbStores());

public sealed class DynamoDbReadTests() : ReadContract(new DynamoDbStores());

public sealed class DynamoDbUpdateTests() : UpdateContract(new DynamoDbStores());

public sealed class DynamoDbPatchTests() : PatchContract(new DynamoDbStores());

public sealed class DynamoDbDeleteTests() : DeleteContract(new DynamoDbStores());

public sealed class DynamoDbConditionTests() : ConditionContract(new DynamoDbStores());

public sealed class DynamoDbQueryTests() : QueryContract(new DynamoDbStores());

public sealed class DynamoDbTokenTests() : TokenContract(new DynamoDbStores());

public sealed class DynamoDbBadInputTests() : BadInputContract(new DynamoDbStores());

public sealed class DynamoDbDerivedUserTests() : DerivedUserContract(new DynamoDbStores());

public sealed class DynamoDbFieldTypeTests() : FieldTypeContract(new DynamoDbStores());

public sealed class DynamoDbEmailTests() : EmailContract(new DynamoDbStores());

public sealed class DynamoDbEmailFormTests() : EmailFormContract(new DynamoDbStores());

public sealed class DynamoDbEmailExpiryTests() : EmailExpiryContract(new DynamoDbStores());

public sealed class DynamoDbEmailConcurrencyTests() : EmailConcurrencyContract(new DynamoDbStores());

public sealed class DynamoDbRevisionTests() : RevisionContract(new DynamoDbStores());

public sealed class DynamoDbAuditTests() : AuditContract(new DynamoDbStores());

public sealed class DynamoDbManyUsersTests() : ManyUsersContract(new DynamoDbStores());

public sealed class DynamoDbBatchWriterTests() : BatchWriterContract(new DynamoDbStores());

public sealed class DynamoDbBatchExecutionTests() : BatchExecutionContract(new DynamoDbStores());

public sealed class DynamoDbMigrationJournalTests() : MigrationJournalContract(new DynamoDbStores());

public sealed class DynamoDbMigrationLockTests() : MigrationLockContract(new DynamoDbStores());

public sealed class DynamoDbMigrationRunnerTests() : MigrationRunnerContract(new DynamoDbStores());

public sealed class DynamoDbMigrationPlanTests() : MigrationPlanContract(new DynamoDbStores());

public sealed class DynamoDbMigrationRepairTests() : MigrationRepairContract(new DynamoDbStores());

public sealed class DynamoDbMigrationUndoTests() : MigrationUndoContract(new DynamoDbStores());

public sealed class DynamoDbMigrationVersionTests() : MigrationVersionContract(new DynamoDbStores());

public sealed class DynamoDbChangeTests() : ChangeContract(new DynamoDbStores());

public sealed class DynamoDbNumberTests() : NumberContract(new DynamoDbStores());

public sealed class DynamoDbPinnedRangeTests() : PinnedRangeContract(new DynamoDbStores());

public sealed class DynamoDbRoleTests() : RoleContract(new DynamoDbStores());

public sealed class DynamoDbUserTypeTests() : UserTypeContract<User>(new DynamoDbStores(), UserKinds.User);

public sealed class DynamoDbAccountTypeTests() : UserTypeContract<Account>(new DynamoDbStores(), UserKinds.Account);

public sealed class DynamoDbMemberTypeTests() : UserTypeContract<Member>(new DynamoDbStores(), UserKinds.Member);

public sealed class DynamoDbVisitorTypeTests() : UserTypeContract<Visitor>(new DynamoDbStores(), UserKinds.Visitor);

public sealed class DynamoDbSubscriberTypeTests() : UserTypeContract<Subscriber>(new DynamoDbStores(), UserKinds.Subscriber);

public sealed class DynamoDbUserVersionedTypeTests() : VersionedTypeContract<User>(new DynamoDbStores(), UserKinds.User);

public sealed class DynamoDbAccountVersionedTypeTests() : VersionedTypeContract<Account>(new DynamoDbStores(), UserKinds.Account);

public sealed class DynamoDbMemberVersionedTypeTests() : VersionedTypeContract<Member>(new DynamoDbStores(), UserKinds.Member);

public sealed class DynamoDbSubscriberVersionedTypeTests() : VersionedTypeContract<Subscriber>(new DynamoDbStores(), UserKinds.Subscriber);

public sealed class DynamoDbSharedTableTests() : SharedTableContract(new DynamoDbStores());

public sealed class DynamoDbScopeTests() : ScopeContract(new DynamoDbStores());

public sealed class DynamoDbReadBackTests() : ReadBackContract(new DynamoDbStores());

public sealed class DynamoDbWrittenOnceTests() : WrittenOnceContract(new DynamoDbStores());

public sealed class DynamoDbUniqueSetTests() : UniqueSetContract(new DynamoDbStores());

public sealed class DynamoDbIndexedSetTests() : IndexedSetContract(new DynamoDbStores());

public sealed class DynamoDbUniqueValueConcurrencyTests() : UniqueValueConcurrencyContract(new DynamoDbStores());

public sealed class DynamoDbErasureTests() : ErasureContract(new DynamoDbStores());

public sealed class DynamoDbReceiptTests() : ReceiptContract(new DynamoDbStores());

public sealed class DynamoDbRestrictionTests() : RestrictionContract(new DynamoDbStores());

public sealed class DynamoDbEncryptionTests() : EncryptionContract(new DynamoDbStores());

public sealed class DynamoDbEncryptedUniqueValueTests() : EncryptedUniqueValueContract(new DynamoDbStores());
