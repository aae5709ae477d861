using System.Linq.Expressions;

namespace UserStore.ContractTests.Suites;

/// <summary>Numbers are stored, compared and added as exact decimal numbers, and never stored so that they cannot be read.</summary>
public abstract class NumberContract(StoreFactory stores) : Contract(stores)
{
    private static readonly Dictionary<string, (Expression<Func<NumericUser, bool>> Condition, bool IsTrue)> Widening = new()
    {
        ["byte and integer"] = (user => user.ByteNumber == 200, true),
        ["byte and long variable"] = (user => user.ByteNumber < Big, true),
        ["signed byte"] = (user => user.SByteNumber == -3, true),
        ["short and integer"] = (user => user.ShortNumber == 300, true),
        ["short out of the range of byte"] = (user => user.ShortNumber == 44, false),
        ["unsigned short"] = (user => user.UShortNumber >= 65535, true),
        ["unsigned and signed integer"] = (user => user.UIntNumber > Math.Abs(-5), true),
        ["explicit widening"] = (user => (long)user.IntNumber == 7L && (double)user.IntNumber == 7.0 && (decimal)user.IntNumber == 7m, true),
        ["long and fraction"] = (user => user.LongNumber > 8.5, true),
        ["unsigned long and decimal"] = (user => user.ULongNumber == 18446744073709551615m, true),
        ["float and double"] = (user => user.FloatNumber < 5.75, true),
        ["enum of bytes"] = (user => user.Level == Level.High, true),
        ["enum to its number"] = (user => (int)user.Level == 1 && (byte)user.Level == 1, true),
        ["number to its enum"] = (user => (Level)user.ByteNumber != Level.High, true),
        ["character and character"] = (user => user.Letter == 'C', true),
        ["character and integer"] = (user => user.Letter > 66 && (int)user.Letter == 67, true),
        ["to nullable"] = (user => (int?)user.IntNumber == 7 && (long?)user.IntNumber == 7L, true),
        ["from nullable"] = (user => (double)user.Optional! == 2.5 && user.Optional.Value > 2, true),
        ["boxed"] = (user => (object?)user.Optional != null, true),
    };

    private static readonly Dictionary<string, Expression<Func<NumericUser, bool>>> Narrowing = new()
    {
        ["short to byte"] = user => (byte)user.ShortNumber == 44,
        ["integer to short"] = user => (short)user.IntNumber == 7,
        ["long to integer"] = user => (int)user.LongNumber == 9,
        ["checked"] = user => checked((int)user.LongNumber) == 9,
        ["signed to unsigned"] = user => (uint)user.IntNumber == 7,
        ["unsigned to signed"] = user => (int)user.UIntNumber == 7,
        ["float to integer"] = user => (int)user.FloatNumber == 5,
        ["double to integer"] = user => (long)user.DoubleNumber == 0,
        ["double to float"] = user => (float)user.DoubleNumber == 0.1f,
        ["double to decimal"] = user => (decimal)user.DoubleNumber == 0.1m,
        ["decimal to integer"] = user => (int)user.DecimalNumber == 5,
        ["decimal to double"] = user => (double)user.DecimalNumber == 5.7,
        ["nullable to integer"] = user => (int?)user.Optional == 2,
        ["narrowed and widened"] = user => (long)(byte)user.ShortNumber == 44,
        ["integer to enum"] = user => (Level)user.IntNumber == Level.High,
        ["integer to character"] = user => (char)user.IntNumber == 'C',
        ["in a list"] = user => new[] { 5, 6 }.Contains((int)user.DecimalNumber),
    };

    private static readonly Dictionary<string, (NumericUser Stored, UserPatch<NumericUser> Patch, string Field)> Overflows = new()
    {
        ["byte"] = (new() { ByteNumber = 200 }, Patch().Increment(user => user.ByteNumber, (byte)56), "ByteNumber"),
        ["signed byte"] = (new() { SByteNumber = -100 }, Patch().Increment(user => user.SByteNumber, (sbyte)-29), "SByteNumber"),
        ["integer"] = (new() { IntNumber = int.MaxValue }, Patch().Increment(user => user.IntNumber, 1), "IntNumber"),
        ["long"] = (new() { LongNumber = long.MinValue }, Patch().Increment(user => user.LongNumber, -1), "LongNumber"),
        ["unsigned long"] = (new() { ULongNumber = ulong.MaxValue }, Patch().Increment(user => user.ULongNumber, 1UL), "ULongNumber"),
        ["decimal"] = (new() { DecimalNumber = decimal.MaxValue }, Patch().Increment(user => user.DecimalNumber, 1e28m), "DecimalNumber"),
        ["decimal and a fraction"] = (new() { DecimalNumber = decimal.MaxValue }, Patch().Increment(user => user.DecimalNumber, 0.5m), "DecimalNumber"),
        ["decimal below zero"] = (new() { DecimalNumber = -1 }, Patch().Increment(user => user.DecimalNumber, decimal.MinValue), "DecimalNumber"),
        ["float"] = (new() { FloatNumber = float.MaxValue }, Patch().Increment(user => user.FloatNumber, float.MaxValue), "FloatNumber"),
        ["double"] = (new() { DoubleNumber = 9.9E125 }, Patch().Increment(user => user.DoubleNumber, 9E125), "DoubleNumber"),
        ["double below zero"] = (new() { DoubleNumber = -9.9E125 }, Patch().Increment(user => user.DoubleNumber, -9E125), "DoubleNumber"),
        ["double next to zero"] = (new() { DoubleNumber = 1.5E-130 }, Patch().Increment(user => user.DoubleNumber, -1E-130), "DoubleNumber"),
        ["digits"] = (new() { DoubleNumber = 1E30 }, Patch().Increment(user => user.DoubleNumber, 1E-20), "DoubleNumber"),
        ["digits of a decimal"] = (new() { DecimalNumber = 1e20m }, Patch().Increment(user => user.DecimalNumber, 1e-20m), "DecimalNumber"),
    };

    private static readonly Dictionary<string, UserPatch<NumericUser>> BadAmounts = new()
    {
        ["not a number"] = Patch().Increment(user => user.DoubleNumber, double.NaN),
        ["infinity"] = Patch().Increment(user => user.DoubleNumber, double.PositiveInfinity),
        ["infinity of float"] = Patch().Increment(user => user.FloatNumber, float.NegativeInfinity),
        ["too large"] = Patch().Increment(user => user.DoubleNumber, 1E300),
        ["too small"] = Patch().Increment(user => user.Optional, 1E-200),
        ["another type"] = Patch().Increment(user => (long)user.IntNumber, 1L),
    };

    public static TheoryData<string> WideningCases => [.. Widening.Keys];

    public static TheoryData<string> NarrowingCases => [.. Narrowing.Keys];

    public static TheoryData<string> OverflowCases => [.. Overflows.Keys];

    public static TheoryData<string> BadAmountCases => [.. BadAmounts.Keys];

    private static long Big => 1L << 40;

    private static NumericUser Sample => new()
    {
        UserId = "fake-1",
        ByteNumber = 200,
        SByteNumber = -3,
        ShortNumber = 300,
        UShortNumber = ushort.MaxValue,
        IntNumber = 7,
        UIntNumber = 7,
        LongNumber = 9,
        ULongNumber = ulong.MaxValue,
        FloatNumber = 5.7f,
        DoubleNumber = 0.1,
        DecimalNumber = 5.7m,
        Optional = 2.5,
        Letter = 'C',
        Level = Level.High,
    };

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.1)]
    [InlineData(-1.5)]
    [InlineData(1.2345678901234567E-20)]
    [InlineData(1E-30)]
    [InlineData(1E-130)]
    [InlineData(1.7976931348623157E+30)]
    [InlineData(-9.87654321E+125)]
    public async Task A_number_is_found_by_the_value_that_was_stored_and_by_no_other(double value)
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();
        NumericUser created = await store.CreateAsync(Sample with { DoubleNumber = value });

        created.DoubleNumber.Should().Be(value);
        (await FindAsync(store, user => user.DoubleNumber == value)).Should().Equal(created);
        (await FindAsync(store, user => user.DoubleNumber >= value && user.DoubleNumber <= value)).Should().Equal(created);
        (await FindAsync(store, user => new[] { value }.Contains(user.DoubleNumber))).Should().Equal(created);
        double next = value == 0 ? 1E-30 : Math.BitIncrement(value);
        (await FindAsync(store, user => user.DoubleNumber == next)).Should().BeEmpty();
        (await FindAsync(store, user => user.DoubleNumber < next)).Should().Equal(created);
    }

    [Theory]
    [MemberData(nameof(WideningCases))]
    public async Task Conversions_that_keep_every_value_can_be_used_in_conditions(string name)
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();
        NumericUser created = await store.CreateAsync(Sample);
        (Expression<Func<NumericUser, bool>> condition, bool isTrue) = Widening[name];

        condition.Compile()(created).Should().Be(isTrue);
        (await FindAsync(store, condition)).Should().HaveCount(isTrue ? 1 : 0);
        Func<Task> patch = () => store.UpdateAsync("fake-1", Patch().Set(user => user.Name, "Fake").OnlyIf(condition));
        if (isTrue)
            await patch.Should().NotThrowAsync();
        else
            await patch.Should().ThrowAsync<UserConditionFailedException>();
    }

    [Theory]
    [MemberData(nameof(NarrowingCases))]
    public async Task Casts_that_can_change_a_value_are_rejected_in_conditions(string name)
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();
        await store.CreateAsync(Sample);

        Func<Task> query = () => FindAsync(store, Narrowing[name]);
        Func<Task> patch = () => store.UpdateAsync("fake-1", Patch().Set(user => user.Name, "Fake").OnlyIf(Narrowing[name]));

        (await query.Should().ThrowAsync<NotSupportedException>()).WithMessage("*without the cast*");
        await patch.Should().ThrowAsync<NotSupportedException>();
        (await store.GetAsync("fake-1", ReadConsistency.Strong)).Name.Should().BeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Sums_are_exact_decimal_numbers(bool changesEmail)
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();
        await store.CreateAsync(new NumericUser { UserId = "fake-1", Email = "a@example.test", DoubleNumber = 0.1, FloatNumber = 0.1f, DecimalNumber = 1.10m });
        UserPatch<NumericUser> patch = Patch()
            .Increment(user => user.DoubleNumber, 0.2).Increment(user => user.FloatNumber, 0.2f).Increment(user => user.DecimalNumber, 0.9m)
            .Increment(user => user.Optional, 1E-30);
        if (changesEmail)
            patch.Set(user => user.Email, "b@example.test");

        NumericUser patched = await store.UpdateAsync("fake-1", patch);

        (patched.DoubleNumber, patched.FloatNumber, patched.DecimalNumber, patched.Optional).Should().Be((0.3, 0.3f, 2m, 1E-30));
        (await store.GetAsync("fake-1", ReadConsistency.Strong)).Should().Be(patched);
        (await FindAsync(store, user => user.DoubleNumber == 0.3 && user.FloatNumber == 0.3f && user.Optional == 1E-30)).Should().Equal(patched);
    }

    [Fact]
    public async Task Sums_keep_digits_that_the_property_cannot_show()
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();
        await store.CreateAsync(new NumericUser { UserId = "fake-1", DoubleNumber = 1E20, FloatNumber = 16777216f, DecimalNumber = 1e9m });

        NumericUser sum = await store.UpdateAsync("fake-1", Patch()
            .Increment(user => user.DoubleNumber, 1E-17).Increment(user => user.FloatNumber, 0.5f).Increment(user => user.DecimalNumber, 1e-28m));
        (sum.DoubleNumber, sum.FloatNumber, sum.DecimalNumber).Should().Be((1E20, 16777216f, 1e9m));
        (await store.GetAsync("fake-1", ReadConsistency.Strong)).Should().Be(sum);
        (await FindAsync(store, user => user.DoubleNumber == 1E20 || user.FloatNumber == 16777216f || user.DecimalNumber == 1e9m)).Should().BeEmpty();

        NumericUser rest = await store.UpdateAsync("fake-1", Patch()
            .Increment(user => user.DoubleNumber, -1E20).Increment(user => user.FloatNumber, -16777216f).Increment(user => user.DecimalNumber, -1e9m));
        (rest.DoubleNumber, rest.FloatNumber, rest.DecimalNumber).Should().Be((1E-17, 0.5f, 1e-28m));
    }

    [Theory]
    [MemberData(nameof(OverflowCases))]
    public async Task Sums_that_cannot_be_stored_and_read_are_rejected(string name)
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();
        (NumericUser stored, UserPatch<NumericUser> patch, string field) = Overflows[name];
        NumericUser created = await store.CreateAsync(stored with { UserId = "fake-1", Email = "a@example.test" });

        await ShouldBeRejectedAsync(field, () => store.UpdateAsync("fake-1", patch));

        (await store.GetAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }

    [Fact]
    public async Task A_sum_that_cannot_be_stored_is_rejected_when_the_email_changes_too()
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();
        NumericUser created = await store.CreateAsync(
            new NumericUser { UserId = "fake-1", Email = "a@example.test", DecimalNumber = decimal.MaxValue, DoubleNumber = 1E30 });

        await ShouldBeRejectedAsync(
            "DecimalNumber",
            () => store.UpdateAsync("fake-1", Patch().Increment(user => user.DecimalNumber, 1).Set(user => user.Email, "b@example.test")));
        await ShouldBeRejectedAsync(
            "DoubleNumber",
            () => store.UpdateAsync("fake-1", Patch().Increment(user => user.DoubleNumber, 1E-20).Set(user => user.Email, "b@example.test")));

        (await store.GetAsync("fake-1", ReadConsistency.Strong)).Should().Be(created);
    }

    [Fact]
    public async Task A_sum_keeps_digits_that_the_property_does_not_have_also_when_the_email_changes()
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();
        await store.CreateAsync(new NumericUser { UserId = "fake-1", Email = "a@example.test", DoubleNumber = 1 });

        NumericUser added = await store.UpdateAsync(
            "fake-1", Patch().Increment(user => user.DoubleNumber, 1E-20).Set(user => user.Email, "b@example.test"));
        NumericUser subtracted = await store.UpdateAsync("fake-1", Patch().Increment(user => user.DoubleNumber, -1));

        (added.DoubleNumber, subtracted.DoubleNumber).Should().Be((1, 1E-20));
    }

    [Theory]
    [MemberData(nameof(BadAmountCases))]
    public async Task Amounts_that_cannot_be_stored_are_rejected(string name)
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();

        Func<Task> update = () => store.UpdateAsync("fake-1", BadAmounts[name]);

        await update.Should().ThrowAsync<InvalidUserException>("the amount is invalid, whether or not the user exists");
    }

    [Fact]
    public async Task Numbers_that_DynamoDB_cannot_store_are_rejected_in_conditions()
    {
        IUserStore<NumericUser> store = await CreateStoreAsync<NumericUser>();

        double notANumber = double.NaN;
        await ShouldBeRejectedAsync("DoubleNumber", () => FindAsync(store, user => user.DoubleNumber == notANumber));
        await ShouldBeRejectedAsync("DoubleNumber", () => FindAsync(store, user => user.DoubleNumber < double.MaxValue));
        await ShouldBeRejectedAsync("FloatNumber", () => FindAsync(store, user => new[] { 1f, float.PositiveInfinity }.Contains(user.FloatNumber)));
        await ShouldBeRejectedAsync(
            "DoubleNumber", () => store.UpdateAsync("fake-1", Patch().Set(user => user.Name, "Fake").OnlyIf(user => user.DoubleNumber > 1E-200)));
    }

    private static UserPatch<NumericUser> Patch() => new();

    private static async Task<List<NumericUser>> FindAsync(IUserStore<NumericUser> store, Expression<Func<NumericUser, bool>> filter)
        => await store.QueryAsync(new UserQuery<NumericUser>("status-index", UserStatus.Active) { Filter = filter }).ReadAllAsync();

    private static async Task ShouldBeRejectedAsync(string field, Func<Task> call)
        => (await call.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Should().ContainSingle().Which.Field.Should().Be(field);
}
