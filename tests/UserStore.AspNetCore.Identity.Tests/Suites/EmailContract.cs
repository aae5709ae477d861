namespace UserStore.AspNetCore.Identity.Tests.Suites;

/// <summary>Unique emails, and phone numbers.</summary>
public abstract class EmailContract(StoreFactory stores) : IdentityContract(stores)
{
    [Fact]
    public async Task An_email_is_unique_whatever_its_case_also_when_it_changes()
    {
        Member user = await CreateAsync("ada"), other = await CreateAsync("grace");

        ShouldFail(await Users.CreateAsync(new Member { UserName = "third", Email = "ADA@example.test" }), "DuplicateEmail");
        ShouldFail(await Users.SetEmailAsync(other, "Ada@Example.Test"), "DuplicateEmail");

        (await Users.FindByEmailAsync("grace@example.test"))!.Id.Should().Be(other.Id);
        ShouldSucceed(await Users.SetEmailAsync(user, "new@example.test"));
        ShouldSucceed(await Users.SetEmailAsync(await ReadAsync(other), "ada@example.test"));
        (await Users.FindByEmailAsync("ADA@example.test"))!.Id.Should().Be(other.Id);
    }

    [Fact]
    public async Task The_email_of_a_deleted_user_is_free()
    {
        Member user = await CreateAsync("ada");
        ShouldSucceed(await Users.DeleteAsync(user));

        ShouldSucceed(await Users.CreateAsync(new Member { UserName = "ada", Email = "ada@example.test" }));

        (await Users.FindByEmailAsync("ada@example.test"))!.Id.Should().NotBe(user.Id);
    }

    [Fact]
    public async Task An_email_is_confirmed_by_a_token_and_is_not_confirmed_after_a_change()
    {
        Member user = await CreateAsync();
        string token = await Users.GenerateEmailConfirmationTokenAsync(user);

        ShouldFail(await Users.ConfirmEmailAsync(user, "invented"), "InvalidToken");
        ShouldSucceed(await Users.ConfirmEmailAsync(user, token));
        (await ReadAsync(user)).EmailConfirmed.Should().BeTrue();

        ShouldSucceed(await Users.SetEmailAsync(user, "new@example.test"));
        (await ReadAsync(user)).EmailConfirmed.Should().BeFalse();
    }

    [Fact]
    public async Task A_token_changes_the_email_to_the_one_that_it_was_made_for()
    {
        Member user = await CreateAsync();
        string token = await Users.GenerateChangeEmailTokenAsync(user, "new@example.test");

        ShouldFail(await Users.ChangeEmailAsync(user, "other@example.test", token), "InvalidToken");
        ShouldSucceed(await Users.ChangeEmailAsync(user, "new@example.test", token));

        Member stored = await ReadAsync(user);
        (stored.Email, stored.NormalizedEmail, stored.EmailConfirmed).Should().Be(("new@example.test", "NEW@EXAMPLE.TEST", true));
    }

    [Fact]
    public async Task A_phone_number_is_confirmed_by_a_token()
    {
        Member user = await CreateAsync();
        string token = await Users.GenerateChangePhoneNumberTokenAsync(user, "+1 555 0100");

        ShouldFail(await Users.ChangePhoneNumberAsync(user, "+1 555 0199", token), "InvalidToken");
        ShouldSucceed(await Users.ChangePhoneNumberAsync(user, "+1 555 0100", token));

        Member stored = await ReadAsync(user);
        (stored.PhoneNumber, stored.PhoneNumberConfirmed).Should().Be(("+1 555 0100", true));
        ShouldSucceed(await Users.SetPhoneNumberAsync(stored, null));
        stored = await ReadAsync(user);
        (stored.PhoneNumber, stored.PhoneNumberConfirmed).Should().Be((null, false));
    }

    [Fact]
    public async Task Nobody_has_an_email_that_cannot_be_stored()
    {
        await CreateAsync();

        (await Users.FindByEmailAsync("")).Should().BeNull();
        (await Users.FindByEmailAsync("\ud800@example.test")).Should().BeNull();
        (await Users.FindByEmailAsync("none@example.test")).Should().BeNull();
    }
}

/// <summary>Emails that several users can have.</summary>
public abstract class SharedEmailContract(StoreFactory stores) : IdentityContract(stores)
{
    protected override bool HasUniqueEmails => false;

    [Fact]
    public async Task A_single_user_is_found_and_several_are_refused()
    {
        Member user = await CreateAsync("ada");
        (await Users.FindByEmailAsync("Ada@Example.Test"))!.Id.Should().Be(user.Id);

        ShouldSucceed(await Users.CreateAsync(new Member { UserName = "twin", Email = "ada@example.test" }));

        Func<Task> find = () => Users.FindByEmailAsync("ada@example.test");
        string message = (await find.Should().ThrowAsync<InvalidOperationException>()).Which.Message;
        message.Should().Contain(user.Id).And.Contain("Give one of them another email").And.NotContainEquivalentOf("ada@example.test");
        ShouldSucceed(await Users.SetEmailAsync((await Users.FindByNameAsync("twin"))!, "twin@example.test"));
        (await Users.FindByEmailAsync("ada@example.test"))!.Id.Should().Be(user.Id);
    }

    [Fact]
    public async Task Users_need_no_email()
    {
        var user = new Member { UserName = "ada" };
        ShouldSucceed(await Users.CreateAsync(user));
        ShouldSucceed(await Users.CreateAsync(new Member { UserName = "grace", Email = "" }));

        (await ReadAsync(user)).Email.Should().BeNull();
        (await Users.FindByEmailAsync("none@example.test")).Should().BeNull();
    }
}
