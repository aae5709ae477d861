using UserStore.Generators.Tests.Types;
using Xunit.Abstractions;

namespace UserStore.Generators.Tests.Equivalence;

public sealed class UserEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<User>(output);

public sealed class ScalarsEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Scalars>(output);

public sealed class CollectionsEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Collections>(output);

public sealed class StructuresEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Structures>(output);

public sealed class ConstructedEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Constructed>(output);

public sealed class MarkedEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Marked>(output)
{
    // Only a constructor sets one of its properties.
    private protected override bool IsDeclared => false;
}

public sealed class DerivedUserEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<DerivedUser>(output);

public sealed class ForeignUserEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<ForeignUser>(output)
{
    // Its base type is compiled on its own.
    private protected override bool IsDeclared => false;
}

public sealed class TimesEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Times>(output)
{
    // Without a time, the context takes the present one.
    private protected override Times NewUser(RandomValues values)
    {
        Times user = base.NewUser(values);
        user.Updated ??= DateTime.UnixEpoch;
        return user;
    }
}

public sealed class HiddenEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Hidden>(output);

public sealed class OverridingEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Overriding>(output)
{
    // It has properties that the context replaces by those of its base type.
    private protected override bool IsDeclared => false;
}

public sealed class InnermostEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Hidden.Inner.Innermost>(output);

public sealed class WideEquivalenceTests(ITestOutputHelper output) : MappingEquivalence<Wide>(output);
