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

public sealed class InMemoryPasswordTests() : PasswordContract(new InMemoryStores());

public sealed class DynamoDbPasswordTests() : PasswordContract(new DynamoDbStores());

public sealed class FaultyWirePasswordTests() : PasswordContract(new FaultyWireStores());

public sealed class InMemoryEmailTests() : EmailContract(new InMemoryStores());

public sealed class DynamoDbEmailTests() : EmailContract(new DynamoDbStores());

public sealed class FaultyWireEmailTests() : EmailContract(new FaultyWireStores());

public sealed class InMemorySharedEmailTests() : SharedEmailContract(new InMemoryStores());

public sealed class DynamoDbSharedEmailTests() : SharedEmailContract(new DynamoDbStores());

public sealed class FaultyWireSharedEmailTests() : SharedEmailContract(new FaultyWireStores());

public sealed class InMemoryLockoutTests() : LockoutContract(new InMemoryStores());

public sealed class DynamoDbLockoutTests() : LockoutContract(new DynamoDbStores());

public sealed class FaultyWireLockoutTests() : LockoutContract(new FaultyWireStores());

public sealed class InMemoryTwoFactorTests() : TwoFactorContract(new InMemoryStores());

public sealed class DynamoDbTwoFactorTests() : TwoFactorContract(new DynamoDbStores());

public sealed class FaultyWireTwoFactorTests() : TwoFactorContract(new FaultyWireStores());

public sealed class InMemoryClaimTests() : ClaimContract(new InMemoryStores());

public sealed class DynamoDbClaimTests() : ClaimContract(new DynamoDbStores());

public sealed class FaultyWireClaimTests() : ClaimContract(new FaultyWireStores());

public sealed class InMemoryLoginTests() : LoginContract(new InMemoryStores());

public sealed class DynamoDbLoginTests() : LoginContract(new DynamoDbStores());

public sealed class FaultyWireLoginTests() : LoginContract(new FaultyWireStores());

public sealed class InMemoryPasskeyTests() : PasskeyContract(new InMemoryStores());

public sealed class DynamoDbPasskeyTests() : PasskeyContract(new DynamoDbStores());

public sealed class FaultyWirePasskeyTests() : PasskeyContract(new FaultyWireStores());

public sealed class InMemoryRoleTests() : RoleContract(new InMemoryStores());

public sealed class DynamoDbRoleTests() : RoleContract(new DynamoDbStores());

public sealed class FaultyWireRoleTests() : RoleContract(new FaultyWireStores());

public sealed class InMemoryBadInputTests() : BadInputContract(new InMemoryStores());

public sealed class DynamoDbBadInputTests() : BadInputContract(new DynamoDbStores());

public sealed class FaultyWireBadInputTests() : BadInputContract(new FaultyWireStores());

public sealed class InMemoryOwnTypeTests() : OwnTypeContract(new InMemoryStores());

public sealed class DynamoDbOwnTypeTests() : OwnTypeContract(new DynamoDbStores());

public sealed class FaultyWireOwnTypeTests() : OwnTypeContract(new FaultyWireStores());

public sealed class InMemorySignInTests() : SignInContract(new InMemoryStores());

public sealed class DynamoDbSignInTests() : SignInContract(new DynamoDbStores());

public sealed class FaultyWireSignInTests() : SignInContract(new FaultyWireStores());

public sealed class InMemoryPropertyTests() : PropertyContract(new InMemoryStores());

public sealed class DynamoDbPropertyTests() : PropertyContract(new DynamoDbStores());

public sealed class FaultyWirePropertyTests() : PropertyContract(new FaultyWireStores());

public sealed class InMemoryPrivacyTests() : PrivacyContract(new InMemoryStores());

public sealed class DynamoDbPrivacyTests() : PrivacyContract(new DynamoDbStores());

public sealed class FaultyWirePrivacyTests() : PrivacyContract(new FaultyWireStores());
