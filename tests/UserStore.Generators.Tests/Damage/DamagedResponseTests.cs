using UserStore.Generators.Tests.Types;
using Xunit.Abstractions;

namespace UserStore.Generators.Tests.Damage;

public sealed class DamagedUserTests(ITestOutputHelper output) : DamagedResponses<User>(output, cases: 1_500);

public sealed class DamagedScalarsTests(ITestOutputHelper output) : DamagedResponses<Scalars>(output, cases: 400);

public sealed class DamagedCollectionsTests(ITestOutputHelper output) : DamagedResponses<Collections>(output, cases: 150);

public sealed class DamagedStructuresTests(ITestOutputHelper output) : DamagedResponses<Structures>(output, cases: 150);
