using System.Linq.Expressions;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A table whose key is an email, which the store does not normalize, of a program that only puts whole items.</summary>
public sealed class ResidentTableTests : InterleavedTest<Resident, ResidentProgram>
{
    [Fact]
    public async Task An_email_that_is_the_key_is_compared_by_its_characters()
    {
        (await Store.FindAsync("fake.1@example.test", ReadConsistency.Strong)).Should().BeNull();

        await Store.CreateAsync(NewUser(1) with { Email = "fake.1@example.test", City = "A" });

        await ShouldAgreeAsync(1, "Fake");
    }

    [Fact]
    public async Task Numbers_and_Booleans_of_the_program_are_patched()
    {
        Resident patched = await Store.UpdateAsync(
            Key(1), new UserPatch<Resident>().Increment(user => user.Zipcode, 8).Set(user => user.IsActive, false).OnlyIf(user => user.IsActive));

        (patched.Zipcode, patched.IsActive).Should().Be((45209, false));
        (await Program.ReadAsync(1)).Should().BeEquivalentTo(Known(patched));
    }

    protected override ResidentProgram Program => field ??= new(Server.Client, Table);

    protected override Expression<Func<Resident, string?>> Name => user => user.City;

    protected override Resident NewUser(int number, string name = "Fake") => new($"Fake.{number}@example.test", "Ohio", name, 45200 + number);

    protected override Resident WithName(Resident user, string name) => user with { City = name };

    protected override UserKey Key(int number) => $"Fake.{number}@example.test";

    protected override IReadOnlyDictionary<string, object> Known(Resident user) => new Dictionary<string, object>
    {
        ["email"] = user.Email,
        ["state"] = user.State!,
        ["city"] = user.City!,
        ["zipcode"] = user.Zipcode,
        ["active"] = user.IsActive,
    };
}
