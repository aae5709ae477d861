namespace UserStore.ServerTests.Privacy;

public sealed class ErasureWithinCallTests : ErasureRaceTest
{
    [Theory]
    [MemberData(nameof(Races))]
    public async Task A_user_is_erased_within_any_call(string call, bool isRequestRepeated)
    {
        List<string> others = await PrepareOthersAsync();

        int within = await WithinAsync(async beforeRequest =>
        {
            Person user = await PrepareAsync(call, isLarge: false);
            beforeRequest(async () => Receipt = await OtherPrivacy.EraseAsync(user.UserId));
            await RunAsync(call, Services, user);
            return user;
        }, others, isRequestRepeated);

        within.Should().BePositive();
    }
}
