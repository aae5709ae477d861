namespace UserStore.ServerTests.Privacy;

public sealed class CallWithinErasureTests : ErasureRaceTest
{
    [Theory]
    [MemberData(nameof(Races))]
    public async Task A_user_is_erased_whatever_happens_within_the_erasure(string call, bool isLarge)
    {
        List<string> others = await PrepareOthersAsync();

        int within = await WithinAsync(async beforeRequest =>
        {
            Person user = await PrepareAsync(call, isLarge);
            beforeRequest(() => RunAsync(call, Others, user));
            Receipt = await Privacy.EraseAsync(user.UserId);
            return user;
        }, others);

        within.Should().BeGreaterThan(7, "an erasure reads the tombstone, the user and each place, and writes");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_keeps_the_values_that_it_takes_over_from_an_expired_one_that_is_erased(bool isLarge)
    {
        (int number, int expected) = (0, 0);

        int within = await WithinAsync(async beforeRequest =>
        {
            Person user = NewPerson($"gone-{++number}", isLarge ? 86 : 2) with { Email = $"shared-{number}@example.test", Name = "Fake" };
            user = await CreateReplicatedAsync(user with { ExpiresAt = Clock.GetUtcNow().AddSeconds(1) });
            Clock.Advance(TimeSpan.FromSeconds(2));
            beforeRequest(() => Users.CreateAsync(new Person { UserId = $"heir-{number}", Email = user.Email }));
            Receipt = await Privacy.EraseAsync(user.UserId);
            if ((await Users.FindByEmailAsync(user.Email!, ReadConsistency.Strong))?.UserId is { } heir)
                (++expected, heir).Should().Be((number, $"heir-{number}"));
            // Whoever takes a value over deletes the expired user, and leaves its other values to the stream.
            await HandleAsync(Others, Removed(user, 2));
            return user;
        });

        expected.Should().Be(within);
    }
}
