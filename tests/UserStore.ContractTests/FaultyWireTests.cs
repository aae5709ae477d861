using UserStore.ContractTests.Suites;
using UserStore.TestKit.UserTypes;

namespace UserStore.ContractTests;

public sealed class FaultyWireCreateTests() : CreateContract(new FaultyWireStores());

public sealed class FaultyWireReadTests() : ReadContract(new FaultyWireStores());

public sealed class FaultyWireUpdateTests() : UpdateContract(new FaultyWireStores());

public sealed class FaultyWirePatchTests() : PatchContract(new FaultyWireStores());

public sealed class FaultyWireDeleteTests() : DeleteContract(new FaultyWireStores());

public sealed class FaultyWireConditionTests() : ConditionContract(new FaultyWireStores());

public sealed class FaultyWireQueryTests() : QueryContract(new FaultyWireStores());

public sealed class FaultyWireTokenTests() : TokenContract(new FaultyWireStores());

public sealed class FaultyWireBadInputTests() : BadInputContract(new FaultyWireStores());

public sealed class FaultyWireDerivedUserTests() : DerivedUserContract(new FaultyWireStores());

public sealed class FaultyWireFieldTypeTests() : FieldTypeContract(new FaultyWireStores());

public sealed class FaultyWireEmailTests() : EmailContract(new FaultyWireStores());

public sealed class FaultyWireEmailFormTests() : EmailFormContract(new FaultyWireStores());

public sealed class FaultyWireEmailExpiryTests() : EmailExpiryContract(new FaultyWireStores());

public sealed class FaultyWireEmailConcurrencyTests() : EmailConcurrencyContract(new FaultyWireStores());

public sealed class FaultyWireRevisionTests() : RevisionContract(new FaultyWireStores());

public sealed class FaultyWireAuditTests() : AuditContract(new FaultyWireStores());

public sealed class FaultyWireManyUsersTests() : ManyUsersContract(new FaultyWireStores());

public sealed class FaultyWireBatchWriterTests() : BatchWriterContract(new FaultyWireStores());

public sealed class FaultyWireBatchExecutionTests() : BatchExecutionContract(new FaultyWireStores());

public sealed class FaultyWireMigrationJournalTests() : MigrationJournalContract(new FaultyWireStores());

public sealed class FaultyWireMigrationLockTests() : MigrationLockContract(new FaultyWireStores());

public sealed class FaultyWireMigrationRunnerTests() : MigrationRunnerContract(new FaultyWireStores());

public sealed class FaultyWireMigrationPlanTests() : MigrationPlanContract(new FaultyWireStores());

public sealed class FaultyWireMigrationRepairTests() : MigrationRepairContract(new FaultyWireStores());

public sealed class FaultyWireMigrationUndoTests() : MigrationUndoContract(new FaultyWireStores());

public sealed class FaultyWireMigrationVersionTests() : MigrationVersionContract(new FaultyWireStores());

public sealed class FaultyWireChangeTests() : ChangeContract(new FaultyWireStores());

public sealed class FaultyWireNumberTests() : NumberContract(new FaultyWireStores());

public sealed class FaultyWirePinnedRangeTests() : PinnedRangeContract(new FaultyWireStores());

public sealed class FaultyWireRoleTests() : RoleContract(new FaultyWireStores());

public sealed class FaultyWireUserTypeTests() : UserTypeContract<User>(new FaultyWireStores(), UserKinds.User);

public sealed class FaultyWireAccountTypeTests() : UserTypeContract<Account>(new FaultyWireStores(), UserKinds.Account);

public sealed class FaultyWireMemberTypeTests() : UserTypeContract<Member>(new FaultyWireStores(), UserKinds.Member);

public sealed class FaultyWireVisitorTypeTests() : UserTypeContract<Visitor>(new FaultyWireStores(), UserKinds.Visitor);

public sealed class FaultyWireSubscriberTypeTests() : UserTypeContract<Subscriber>(new FaultyWireStores(), UserKinds.Subscriber);

public sealed class FaultyWireUserVersionedTypeTests() : VersionedTypeContract<User>(new FaultyWireStores(), UserKinds.User);

public sealed class FaultyWireAccountVersionedTypeTests() : VersionedTypeContract<Account>(new FaultyWireStores(), UserKinds.Account);

public sealed class FaultyWireMemberVersionedTypeTests() : VersionedTypeContract<Member>(new FaultyWireStores(), UserKinds.Member);

public sealed class FaultyWireSubscriberVersionedTypeTests() : VersionedTypeContract<Subscriber>(new FaultyWireStores(), UserKinds.Subscriber);

public sealed class FaultyWireSharedTableTests() : SharedTableContract(new FaultyWireStores());

public sealed class FaultyWireScopeTests() : ScopeContract(new FaultyWireStores());

public sealed class FaultyWireReadBackTests() : ReadBackContract(new FaultyWireStores());

public sealed class FaultyWireWrittenOnceTests() : WrittenOnceContract(new FaultyWireStores());

public sealed class FaultyWireUniqueSetTests() : UniqueSetContract(new FaultyWireStores());

public sealed class FaultyWireIndexedSetTests() : IndexedSetContract(new FaultyWireStores());

public sealed class FaultyWireUniqueValueConcurrencyTests() : UniqueValueConcurrencyContract(new FaultyWireStores());

public sealed class FaultyWireErasureTests() : ErasureContract(new FaultyWireStores());

public sealed class FaultyWireReceiptTests() : ReceiptContract(new FaultyWireStores());

public sealed class FaultyWireRestrictionTests() : RestrictionContract(new FaultyWireStores());

public sealed class FaultyWireEncryptionTests() : EncryptionContract(new FaultyWireStores());

public sealed class FaultyWireEncryptedUniqueValueTests() : EncryptedUniqueValueContract(new FaultyWireStores());
