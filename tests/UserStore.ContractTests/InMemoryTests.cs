using UserStore.ContractTests.Suites;
using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests;

public sealed class InMemoryCreateTests() : CreateContract(new InMemoryStores());

public sealed class InMemoryReadTests() : ReadContract(new InMemoryStores());

public sealed class InMemoryUpdateTests() : UpdateContract(new InMemoryStores());

public sealed class InMemoryPatchTests() : PatchContract(new InMemoryStores());

public sealed class InMemoryDeleteTests() : DeleteContract(new InMemoryStores());

public sealed class InMemoryConditionTests() : ConditionContract(new InMemoryStores());

public sealed class InMemoryQueryTests() : QueryContract(new InMemoryStores());

public sealed class InMemoryTokenTests() : TokenContract(new InMemoryStores());

public sealed class InMemoryBadInputTests() : BadInputContract(new InMemoryStores());

public sealed class InMemoryDerivedUserTests() : DerivedUserContract(new InMemoryStores());

public sealed class InMemoryFieldTypeTests() : FieldTypeContract(new InMemoryStores());

public sealed class InMemoryEmailTests() : EmailContract(new InMemoryStores());

public sealed class InMemoryEmailFormTests() : EmailFormContract(new InMemoryStores());

public sealed class InMemoryEmailExpiryTests() : EmailExpiryContract(new InMemoryStores());

public sealed class InMemoryEmailConcurrencyTests() : EmailConcurrencyContract(new InMemoryStores());

public sealed class InMemoryRevisionTests() : RevisionContract(new InMemoryStores());

public sealed class InMemoryAuditTests() : AuditContract(new InMemoryStores());

public sealed class InMemoryManyUsersTests() : ManyUsersContract(new InMemoryStores());

public sealed class InMemoryBatchWriterTests() : BatchWriterContract(new InMemoryStores());

public sealed class InMemoryBatchExecutionTests() : BatchExecutionContract(new InMemoryStores());

public sealed class InMemoryMigrationJournalTests() : MigrationJournalContract(new InMemoryStores());

public sealed class InMemoryMigrationLockTests() : MigrationLockContract(new InMemoryStores());

public sealed class InMemoryMigrationRunnerTests() : MigrationRunnerContract(new InMemoryStores());

public sealed class InMemoryMigrationPlanTests() : MigrationPlanContract(new InMemoryStores());

public sealed class InMemoryMigrationRepairTests() : MigrationRepairContract(new InMemoryStores());

public sealed class InMemoryMigrationUndoTests() : MigrationUndoContract(new InMemoryStores());

public sealed class InMemoryMigrationVersionTests() : MigrationVersionContract(new InMemoryStores());

public sealed class InMemoryChangeTests() : ChangeContract(new InMemoryStores());

public sealed class InMemoryNumberTests() : NumberContract(new InMemoryStores());

public sealed class InMemoryPinnedRangeTests() : PinnedRangeContract(new InMemoryStores());

public sealed class InMemoryRoleTests() : RoleContract(new InMemoryStores());

public sealed class InMemoryUserTypeTests() : UserTypeContract<User>(new InMemoryStores(), UserKinds.User);

public sealed class InMemoryAccountTypeTests() : UserTypeContract<Account>(new InMemoryStores(), UserKinds.Account);

public sealed class InMemoryMemberTypeTests() : UserTypeContract<Member>(new InMemoryStores(), UserKinds.Member);

public sealed class InMemoryVisitorTypeTests() : UserTypeContract<Visitor>(new InMemoryStores(), UserKinds.Visitor);

public sealed class InMemorySubscriberTypeTests() : UserTypeContract<Subscriber>(new InMemoryStores(), UserKinds.Subscriber);

public sealed class InMemoryUserVersionedTypeTests() : VersionedTypeContract<User>(new InMemoryStores(), UserKinds.User);

public sealed class InMemoryAccountVersionedTypeTests() : VersionedTypeContract<Account>(new InMemoryStores(), UserKinds.Account);

public sealed class InMemoryMemberVersionedTypeTests() : VersionedTypeContract<Member>(new InMemoryStores(), UserKinds.Member);

public sealed class InMemorySubscriberVersionedTypeTests() : VersionedTypeContract<Subscriber>(new InMemoryStores(), UserKinds.Subscriber);

public sealed class InMemorySharedTableTests() : SharedTableContract(new InMemoryStores());

public sealed class InMemoryScopeTests() : ScopeContract(new InMemoryStores());

public sealed class InMemoryReadBackTests() : ReadBackContract(new InMemoryStores());

public sealed class InMemoryWrittenOnceTests() : WrittenOnceContract(new InMemoryStores());

public sealed class InMemoryUniqueSetTests() : UniqueSetContract(new InMemoryStores());

public sealed class InMemoryIndexedSetTests() : IndexedSetContract(new InMemoryStores());

public sealed class InMemoryUniqueValueConcurrencyTests() : UniqueValueConcurrencyContract(new InMemoryStores());

public sealed class InMemoryErasureTests() : ErasureContract(new InMemoryStores());

public sealed class InMemoryReceiptTests() : ReceiptContract(new InMemoryStores());

public sealed class InMemoryRestrictionTests() : RestrictionContract(new InMemoryStores());

public sealed class InMemoryEncryptionTests() : EncryptionContract(new InMemoryStores());

public sealed class InMemoryEncryptedUniqueValueTests() : EncryptedUniqueValueContract(new InMemoryStores());
