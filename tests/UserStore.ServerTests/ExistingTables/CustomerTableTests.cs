using System.Linq.Expressions;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A table without indexes, whose users the store changes by patches only, because they have no version.</summary>
public sealed class CustomerTableTests : InterleavedTest<Customer, CustomerProgram>
{
    [Fact]
    public async Task Both_sides_create_a_user_once()
    {
        await Program.CreateAsync(4, "A");
        Customer generated = await Store.CreateAsync(new Customer { Name = "B" });

        await ShouldThrowAsync<UserAlreadyExistsException>(() => Store.CreateAsync(NewUser(4)));
        await Store.CreateAsync(NewUser(5));
        await ShouldThrowAsync<ConditionalCheckFailedException>(() => Program.CreateAsync(5, "C"));
        generated.UserId.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_user_of_the_program_keeps_its_form_until_the_store_writes_it()
    {
        await Audit.RepairAsync().ReadAllAsync();

        (await Program.FindItemAsync(1))!.Keys.Should().BeEquivalentTo("userId", "name", "email");
        await Store.UpdateAsync(Key(1), Rename("A"));
        (await Program.FindItemAsync(1))!.Keys.Should().Contain(["userId", "name", "email", "write_id"]).And.NotContain("birth_id");
    }

    protected override CustomerProgram Program => field ??= new(Server.Client, Table);

    protected override Expression<Func<Customer, string?>> Name => user => user.Name;

    protected override (Expression<Func<Customer, string?>> Property, Func<int, string> Value, bool HasIndex)? Unique
        => (user => user.Email, number => $"fake.{number}@example.test", false);

    protected override void Describe(UserStoreOptions options) => options.Describe<Customer>(type => type
        .PartitionKey(user => user.UserId, isGenerated: true)
        .Unique("email", user => user.Email, UniqueValueNormalization.Email));

    protected override Customer NewUser(int number, string name = "Fake")
        => new() { UserId = $"{number}", Name = name, Email = $"fake.{number}@example.test" };

    protected override Customer WithName(Customer user, string name) => new() { UserId = user.UserId, Name = name, Email = user.Email };

    protected override UserKey Key(int number) => $"{number}";

    protected override IReadOnlyDictionary<string, object> Known(Customer user) => new Dictionary<string, object>
    {
        ["userId"] = user.UserId,
        ["name"] = user.Name!,
        ["email"] = user.Email!,
    };
}
